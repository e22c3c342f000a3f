"""One spelling for the many in which the same name is written: pure text, no database.

The same function is applied to what is stored (PlaceName.normal) and to what is searched, so a rule that maps two
spellings onto one needs no second place. Misspellings are left to trigrams.
"""

from __future__ import annotations

import re
import unicodedata

TEXT_CHARACTERS_MAX = 4_000
TOKENS_MAX = 120

# Each word on the left is written for the word on the right.
WORDS: dict[str, str] = {
    **dict.fromkeys(("jl", "jln", "jalan", "jlan", "jlanan", "jaln", "street", "road"), "jalan"),
    **dict.fromkeys(("kp", "kmp", "kpg", "kmpg", "kamp", "kampong", "kampung", "kpung"), "kampung"),
    **dict.fromkeys(("bkt", "bukit", "bkit"), "bukit"),
    **dict.fromkeys(
        ("simpang", "smpg", "simp", "spg", "sp", "smpang", "simpng", "spmg", "simpamg", "persimpangan", "pertigaan", "ptigaan",
         "prmptn", "prapatan", "perapatan",
         "perempatan", "prempatan", "junction", "intersection"), "simpang",
    ),
    **dict.fromkeys(("gang", "gg", "gng"), "gang"),
    **dict.fromkeys(("lorong", "lr", "lrg"), "lorong"),
    **dict.fromkeys(("tanjung", "tg", "tj", "tjg", "tnjg", "tanjong"), "tanjung"),
    **dict.fromkeys(("sei", "sungai", "sungei", "sy"), "sei"),
    **dict.fromkeys(("teluk", "tlk", "tlg"), "teluk"),
    **dict.fromkeys(("pulau", "pl", "plau"), "pulau"),
    **dict.fromkeys(("masjid", "mesjid", "msjd", "msjid", "masdjid", "mosque"), "masjid"),
    **dict.fromkeys(("kelenteng", "klenteng", "kelenting"), "kelenteng"),
    **dict.fromkeys(("vihara", "wihara"), "vihara"),
    **dict.fromkeys(("pasar", "psr", "ps", "market"), "pasar"),
    **dict.fromkeys(("pelabuhan", "plbhn", "pelab", "port", "pier", "jetty", "wharf", "harbour", "harbor"), "pelabuhan"),
    **dict.fromkeys(("puskesmas", "pkm", "puskes"), "puskesmas"),
    **dict.fromkeys(("perumahan", "perum", "prumahan", "komplek", "komp", "kompleks", "kompl", "prm", "perumnas"), "perumahan"),
    **dict.fromkeys(("kelurahan", "kel", "kelurhan"), "kelurahan"),
    **dict.fromkeys(("kecamatan", "kec"), "kecamatan"),
    **dict.fromkeys(("dekat", "dkt", "dket", "deket", "dekt", "dkat", "cedak", "paek", "didekat", "near", "close"), "dekat"),
    **dict.fromkeys(("depan", "dpn", "dpan", "depa", "didepan", "front"), "depan"),
    **dict.fromkeys(("belakang", "blkg", "blakang", "blkng", "blkang", "dibelakang", "behind"), "belakang"),
    **dict.fromkeys(("samping", "smping", "sampin", "disamping", "beside"), "samping"),
    **dict.fromkeys(("sebelah", "sblh", "sblah", "sbl", "sbelah", "disebelah", "sebelahan", "next"), "sebelah"),
    **dict.fromkeys(("seberang", "sebrang", "sbrg", "sbrang", "diseberang", "disebrang", "opposite", "across"), "seberang"),
    **dict.fromkeys(("sekitar", "skitar", "seputaran", "disekitar", "around"), "sekitar"),
    **dict.fromkeys(("sebelum", "sblm", "sblum", "sbelum"), "sebelum"),
    **dict.fromkeys(("sesudah", "setelah", "stlh", "ssdh"), "sesudah"),
    **dict.fromkeys(("antara", "diantara", "between"), "antara"),
    **dict.fromkeys(("pojok", "pojokan", "sudut", "huk", "corner"), "pojok"),
    **dict.fromkeys(("lokasi", "lok", "tkp", "location"), "lokasi"),
    **dict.fromkeys(("musholla", "mushola", "musola", "musalla", "mushalla"), "musholla"),
    **dict.fromkeys(("no", "nomor", "nomer", "nmr", "nnmor", "number"), "no"),
    **dict.fromkeys(("blok", "blk", "block"), "blok"),
    **dict.fromkeys(("desa", "ds"), "desa"),
    **dict.fromkeys(("dusun", "dsn"), "dusun"),
    # Ranks and titles of those whom streets are named after.
    **dict.fromkeys(("brigjen", "brigjend", "brigjendral"), "brigjen"),
    **dict.fromkeys(("letjen", "letjend"), "letjen"),
    **dict.fromkeys(("mayjen", "mayjend"), "mayjen"),
    **dict.fromkeys(("jend", "jendral", "jenderal", "jendr"), "jend"),
    **dict.fromkeys(("kapten", "kapt", "kpt"), "kapten"),
    **dict.fromkeys(("kolonel", "kol"), "kolonel"),
    **dict.fromkeys(("dr", "dokter", "doktor"), "dr"),
    **dict.fromkeys(("ir", "insinyur"), "ir"),
    **dict.fromkeys(("muhammad", "moh", "muh", "moch", "mohammad", "mohamad", "muhamad", "muhamad"), "muhammad"),
    **dict.fromkeys(("sma", "sman", "smu", "smun"), "sma"),
    **dict.fromkeys(("smp", "smpn", "sltp"), "smp"),
    **dict.fromkeys(("smk", "smkn"), "smk"),
    **dict.fromkeys(("sd", "sdn"), "sd"),
    **dict.fromkeys(("batu", "bt", "batuu", "km", "kilo", "kilometer", "kilometre"), "batu"),
    **dict.fromkeys(("center", "centre", "senter"), "center"),
    **dict.fromkeys(("bundaran", "bunderan", "roundabout"), "bundaran"),
    **dict.fromkeys(("pelantar", "plantar"), "pelantar"),
    **dict.fromkeys(("lamer", "apill"), "lampu merah"),
    **dict.fromkeys(("sekolah", "skolah", "sklh", "school"), "sekolah"),
    "dii": "di",
    "njalan": "jalan",
    "tpi": "tanjungpinang",
    "sel": "selatan",
    "utr": "utara",
    "bincen": "bintan center",
    "neg": "",
    "negeri": "",  # "SMA Negeri 1" and "SMAN 1" and "SMA 1" are one school
    "walikota": "wali kota",
    "yg": "yang",
}  # fmt: skip
# Long words with which names begin are also known by their consonants: "tnjung", "kmpung", "simpag".
_BY_CONSONANTS: dict[str, str] = {
    re.sub("[aeiou]", "", word): word
    for word in (
        "tanjung",
        "kampung",
        "simpang",
        "pelabuhan",
        "perumahan",
        "kelurahan",
        "kecamatan",
        "jembatan",
    )
}
# Roman numerals and number words count only after these: "DI Panjaitan" is not 501.
NUMBERED = frozenset(
    {"batu", "pelantar", "jembatan", "simpang", "sma", "smp", "smk", "sd", "koarmada"}
)
NUMBERS: dict[str, str] = {
    "nol": "0", "satu": "1", "dua": "2", "tiga": "3", "empat": "4", "lima": "5", "enam": "6", "tujuh": "7",
    "delapan": "8", "sembilan": "9", "sepuluh": "10", "sebelas": "11",
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10",
    "xi": "11", "xii": "12", "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16",
}  # fmt: skip

_GLUED = re.compile(
    r"^(?:(batu|bt|km|kp|kmp|jl|jln|sma|sman|smp|smpn|smk|smkn|sdn?|gg)(\d{1,3}|[ivx]{1,5})"
    r"|(rt|rw|no|blok)(\d{1,4})(rt|rw|no)?(\d{1,4})?)$",
    re.ASCII,
)
# These are numbers wherever they stand behind a word: "Utama Sakti VII"; a single letter may be an initial.
_ROMAN = frozenset(
    {"ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii", "xiv", "xv", "xvi"}
)
_COUNTED = frozenset(
    {"batu", "rt", "rw", "no"}
)  # their numbers are written with and without zeros in front
_INITIALS = re.compile(r"\b(?:[a-z]\.\s?){2,}", re.ASCII)
_NOT_WORD = re.compile(r"[^a-z0-9]+", re.ASCII)
# Two words that are said for others.
_PHRASES: dict[tuple[str, str], list[str]] = {
    ("rumah", "sakit"): ["rs"],
    ("pom", "bensin"): ["spbu"],
    ("traffic", "light"): ["lampu", "merah"],
    ("traffik", "light"): ["lampu", "merah"],
}
_APART = (("tanjung", "pinang"), ("suka", "berenang"), ("al", "baik"))


def normalise(text: str) -> str:
    """The searched spelling: lower case, no accents or punctuation, abbreviations written out, "Batu IX" = "batu 9"."""
    plain = unicodedata.normalize("NFKD", text[:TEXT_CHARACTERS_MAX]).lower()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = _INITIALS.sub(lambda match: match[0].replace(".", "").replace(" ", "") + " ", plain)
    plain = re.sub(r"['’`´]", "", plain).replace("@", " di ")
    words: list[str] = []
    for raw in _NOT_WORD.sub(" ", plain).split()[:TOKENS_MAX]:
        for word in _unglued(raw):
            words.extend(_written_out(word, words[-1] if words else ""))
    return " ".join(_joined(words))


def squash(normal: str) -> str:
    """Without spaces, because "AIRRAJA" and "Air Raja" are one."""
    return normal.replace(" ", "")


def _unglued(word: str) -> tuple[str, ...]:
    glued = _GLUED.match(word)
    return tuple(part for part in glued.groups() if part) if glued else (word,)


def _written_out(word: str, before: str) -> list[str]:
    if before in NUMBERED and word in NUMBERS:
        return [NUMBERS[word]]
    if before and word in _ROMAN:
        return [NUMBERS[word]]
    if before in _COUNTED and word.isdigit():
        return [word.lstrip("0") or "0"]
    known = WORDS.get(word)
    return [_by_consonants(word)] if known is None else known.split()


def _by_consonants(word: str) -> str:
    return _BY_CONSONANTS.get(word[0] + re.sub("[aeiou]", "", word[1:]), word)


def _joined(words: list[str]) -> list[str]:
    """Names that are written in one word or in two are written in one."""
    joined: list[str] = []
    for word in words:
        if joined and (joined[-1], word) in _PHRASES:
            joined[-1:] = _PHRASES[joined[-1], word]
        elif joined and (joined[-1], word) in _APART:
            joined[-1] += word
        else:
            joined.append(word)
    return joined
