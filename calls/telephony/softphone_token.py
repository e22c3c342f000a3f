"""Twilio: the short-lived key by which a console's browser is a telephone."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant


def token_for(identity: str, *, now: datetime, lives_s: int) -> str:
    """It can be rung under this name. It cannot call out: the service rings whoever is to be rung."""
    token = AccessToken(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_API_KEY_SID,
        settings.TWILIO_API_KEY_SECRET,
        identity=identity,
        nbf=int(now.timestamp()),
        ttl=lives_s,
    )
    token.add_grant(VoiceGrant(incoming_allow=True))
    return str(token.to_jwt())
