"""Telephone numbers in one form, by Google's library of the world's numbering plans."""

from __future__ import annotations

import phonenumbers

NATIONAL_DIGITS_MIN = (
    4  # shorter ones are services (112, 119), not somebody who can be called back
)
DIGITS_MAX = 15


def e164(written: str, *, region: str) -> str:
    """The number in E.164, or an empty text when it cannot be one. `region` reads national numbers (0812…)."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return ""
    # Odd numbers are kept too (new ranges, short numbers of tests): "possible" would refuse what really rang.
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    too_short = len(str(number.national_number)) < NATIONAL_DIGITS_MIN
    return "" if too_short or len(text) - 1 > DIGITS_MAX else text


# Of the kinds that the plans name only these have no screen; of an unknown kind it is tried.
_NO_SMS = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.VOICEMAIL,
        phonenumbers.PhoneNumberType.UAN,
    }
)


def takes_sms(number: str) -> bool:
    """Whether a message to this number (E.164) may be read by somebody."""
    if not number:
        return False
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) not in _NO_SMS
    except phonenumbers.NumberParseException:
        return False


SERVICE_DIGITS = range(3, 7)  # 110, 119, 14045: dialled as they are


def dialled(written: str, *, region: str) -> str:
    """What the provider is to dial: E.164, or a service number of the network as it is; empty when neither."""
    plain = "".join(sign for sign in written if sign not in " -.()")
    if not (plain.isascii() and plain.removeprefix("+").isdigit()):
        return ""
    if len(plain) in SERVICE_DIGITS and plain.isdigit():
        return plain
    return e164(plain, region=region)
