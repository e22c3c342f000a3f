"""Emulated citizens: what they call about, in their words. Pure: chance comes in as an argument.

About one to two calls of a hundred to an Indonesian 112 are real emergencies. A demonstration with that share
would look broken, so the demo city has more of them; the noise is there all the same.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

CHANNELS = ("voice", "voice", "whatsapp", "whatsapp", "sms")
REAL_SHARE = 0.62
# How many of the real ones call about what somebody else has just called about.
AGAIN_SHARE = 0.18
SEEN_BY_MANY = frozenset({"fire", "traffic_accident", "flood", "fallen_tree"})
# Numbers of emulated citizens begin with this, so that real ones and those of a replay are left to people.
NUMBER_PREFIX = "+6281277"
JITTER_DEGREES = 0.0012
RADII_M = (8, 12, 25, 60, 180)
PIN_SHARE = 0.6
AML_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Spot:
    """Somewhere in the demo city people speak of."""

    name: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Story:
    type: str
    priority: int
    words: str
    on_island: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """One citizen with one matter. `type` None: no emergency; `disposition` is then what a dispatcher finds."""

    number: str
    channel: str
    words: str
    type: str | None
    priority: int | None
    disposition: str
    spot: Spot
    radius_m: int
    pin: bool = False
    has_aml: bool = False
    matter: int = 0  # callers with the same number speak of the same happening


SPOTS: tuple[Spot, ...] = (
    Spot("Jl. Merdeka, Tanjungpinang Kota", 0.9290, 104.4408),
    Spot("Pelantar 2", 0.9342, 104.4437),
    Spot("Jl. Basuki Rahmat dekat SMAN 2", 0.9152, 104.4590),
    Spot("simpang Pamedan", 0.9120, 104.4640),
    Spot("Jl. Ir. Sutami, Suka Berenang", 0.9145, 104.4500),
    Spot("Bintan Center Batu 9", 0.9138, 104.4966),
    Spot("Jl. Ahmad Yani depan Polresta", 0.9092, 104.4720),
    Spot("Batu 8 atas, Jl. DI Panjaitan", 0.9155, 104.4880),
    Spot("Jl. MT Haryono Batu 3", 0.9192, 104.4560),
    Spot("Jl. Pramuka, Tanjung Ayun Sakti", 0.9135, 104.4560),
    Spot("Kampung Bulang, Tanjungpinang Timur", 0.9290, 104.4560),
    Spot("Tanjung Unggat", 0.9255, 104.4620),
    Spot("Pulau Dompak, Tanjung Siambang", 0.8790, 104.4500),
)
ISLAND = Spot("Pulau Penyengat dekat Masjid Raya", 0.9281, 104.4205)

STORIES: tuple[Story, ...] = (
    Story("fire", 1, "Kebakaran pak! Api besar dari dapur rumah, merambat ke sebelah. {place}"),
    Story("fire", 2, "Ada asap hitam tebal dari belakang ruko di {place}"),
    Story("traffic_accident", 2, "Tabrakan motor sama mobil di {place}, satu orang tidak sadar"),
    Story("traffic_accident", 1, "Laka berat {place}, dua luka parah, tolong ambulans cepat"),
    Story("medical", 1, "Bapak saya sesak napas, dada sakit, keringat dingin. {place}"),
    Story("medical", 2, "Ibu mau melahirkan, sudah pecah ketuban, {place}"),
    Story("fallen_tree", 3, "Pohon tumbang nutup jalan di {place}"),
    Story("rescue", 3, "Ada ular besar masuk rumah di {place}"),
    Story("flood", 3, "Banjir di {place}, air sudah selutut masuk rumah"),
    Story("police", 2, "Ada maling ketangkap warga di {place}, mau dihakimi massa"),
    Story("gas_leak", 2, "Bau gas kuat sekali dari warung di {place}"),
    Story(
        "medical",
        1,
        "Orang tua jatuh, kepala berdarah, tolong ambulans laut. {place}",
        on_island=True,
    ),
)
WITNESS_WORDS = (
    "Pak sudah ada yang lapor belum? Yang di {place}, saya lihat dari seberang",
    "Mau lapor juga kejadian di {place}, makin ramai orang",
    "Tolong cepat pak, yang di {place} tadi, warga sudah panik",
)
NOISE: tuple[tuple[str, str], ...] = (
    ("ghost", ""),
    ("ghost", "..."),
    ("prank", "halo om beli pulsa dong wkwk"),
    ("prank", "ini nomor siapa ya? tes tes"),
    ("information", "Pak, jam buka kantor Disdukcapil jam berapa ya?"),
    ("information", "Mau tanya, lampu jalan mati lapor kemana?"),
    ("misdial", "maaf salah pencet"),
)


@dataclass(slots=True)
class Citizens:
    """The city's people. What happened lately is remembered, because others see it, too."""

    chance: random.Random
    matters: int = 0
    lately: Caller | None = None

    def next_caller(self, *, real: bool | None = None) -> Caller:
        """A citizen who turns to the centre now; `real` decides whether there is an emergency."""
        if real is None:
            real = self.chance.random() < REAL_SHARE
        if not real:
            return self._noise()
        if self.lately is not None and self.chance.random() < AGAIN_SHARE:
            return self._witness(self.lately)
        caller = self._emergency()
        self.lately = caller if caller.type in SEEN_BY_MANY else None
        return caller

    def _emergency(self) -> Caller:
        story = self.chance.choice(STORIES)
        spot = ISLAND if story.on_island else _near(self.chance.choice(SPOTS), self.chance)
        self.matters += 1
        channel = self.chance.choice(CHANNELS)
        return Caller(
            number=self._number(),
            channel=channel,
            words=story.words.format(place=spot.name),
            type=story.type,
            priority=story.priority,
            disposition="emergency",
            spot=spot,
            radius_m=self.chance.choice(RADII_M),
            pin=channel == "whatsapp" and self.chance.random() < PIN_SHARE,
            has_aml=channel == "voice" and self.chance.random() < AML_SHARE,
            matter=self.matters,
        )

    def _witness(self, first: Caller) -> Caller:
        """Somebody else who sees the same from close by."""
        return replace(
            first,
            number=self._number(),
            channel=self.chance.choice(CHANNELS),
            spot=_near(first.spot, self.chance),
            pin=False,
            has_aml=False,
            words=self.chance.choice(WITNESS_WORDS).format(place=first.spot.name),
        )

    def _noise(self) -> Caller:
        disposition, words = self.chance.choice(NOISE)
        self.matters += 1
        return Caller(
            number=self._number(),
            channel=self.chance.choice(CHANNELS) if words else "voice",
            words=words,
            type=None,
            priority=None,
            disposition=disposition,
            spot=self.chance.choice(SPOTS),
            radius_m=self.chance.choice(RADII_M),
            matter=self.matters,
        )

    def _number(self) -> str:
        return f"{NUMBER_PREFIX}{self.chance.randrange(100_000, 1_000_000)}"


def is_emulated(number: str | None) -> bool:
    return number is not None and number.startswith(NUMBER_PREFIX)


def pause_s(chance: random.Random, *, per_minute: float) -> float:
    """Seconds until the next one, as calls come: independent of each other."""
    return min(60.0, chance.expovariate(per_minute / 60.0))


def _near(spot: Spot, chance: random.Random) -> Spot:
    return Spot(
        spot.name,
        round(spot.lat + chance.uniform(-JITTER_DEGREES, JITTER_DEGREES), 6),
        round(spot.lng + chance.uniform(-JITTER_DEGREES, JITTER_DEGREES), 6),
    )
