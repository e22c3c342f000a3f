"""The composition root: webhooks by their own door, other HTTP by Django, the socket by Channels, one hub in each process."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")
django_application = get_asgi_application()

from calls.asgi import WebhookDoor  # noqa: E402 - needs the applications loaded
from realtime.lifespan import lifespan  # noqa: E402
from realtime.routing import websocket_urls  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": WebhookDoor(django_application),
        "websocket": websocket_urls,
        "lifespan": lifespan,
    }
)
