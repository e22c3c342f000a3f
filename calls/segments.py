"""How many parts an SMS has, and how to say the same in fewer. Pure.

One letter outside GSM-7 makes every part hold 70 letters in place of 160, and some operators take no Unicode from a
registered sender at all. Typographic signs, which nobody means, are therefore written plainly.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

GSM_7, UCS_2 = "gsm7", "ucs2"
GSM_ALONE_MAX, GSM_PART_MAX = 160, 153
UCS_ALONE_MAX, UCS_PART_MAX = 70, 67
ODD_SHOWN_MAX = 5

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€\f")  # two places each
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‘’‚‛′´`", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", None),
        "…": "...",
        "•": "-",
        "·": "-",
        "×": "x",
        "№": "No.",
        "→": "->",
    }
)


@dataclass(frozen=True, slots=True)
class Parts:
    """`odd`: the letters that force the wide encoding, the first few."""

    encoding: str
    count: int
    odd: tuple[str, ...] = ()


def plain(text: str) -> str:
    """The same words without typographic signs; nothing else is changed."""
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def parts(text: str) -> Parts:
    odd = tuple(dict.fromkeys(sign for sign in text if sign not in _BASIC | _ESCAPED))
    if odd:
        weights = (2 if ord(sign) > 0xFFFF else 1 for sign in text)
        return Parts(UCS_2, _count(weights, UCS_ALONE_MAX, UCS_PART_MAX), odd[:ODD_SHOWN_MAX])
    weights = (2 if sign in _ESCAPED else 1 for sign in text)
    return Parts(GSM_7, _count(weights, GSM_ALONE_MAX, GSM_PART_MAX))


def _count(weights: Iterable[int], alone_max: int, part_max: int) -> int:
    """A letter of two places is never cut in the middle: it begins the next part."""
    weighed = list(weights)
    if sum(weighed) <= alone_max:
        return 1
    count, used = 1, 0
    for weight in weighed:
        if used + weight > part_max:
            count, used = count + 1, 0
        used += weight
    return count
