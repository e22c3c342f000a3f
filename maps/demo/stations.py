"""Where the agencies of the demo city stand. Facts with a published position are "exact" or "near" (within 300 m);
everything else stands where it plausibly could, is "approximate", and says so wherever it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from maps.geo import LatLng


@dataclass(frozen=True, slots=True)
class Stand:
    name: str
    position: LatLng
    certainty: str  # exact | near | approximate
    address: str = ""

    @property
    def is_demo_position(self) -> bool:
        return self.certainty == "approximate"


def _at(
    name: str, lat: float, lng: float, certainty: str = "approximate", address: str = ""
) -> Stand:
    return Stand(name, LatLng(lat, lng), certainty, address)


# The keys are those of maps.demo.facts.PLACES.
STATIONS: dict[str, Stand] = {
    "damkar-mako": _at(
        "Mako Damkar Tanjungpinang", 0.9140, 104.4497, address="Jl. Ir. Sutami, Suka Berenang"
    ),
    "damkar-bintan-center": _at(
        "Pos Damkar Bintan Center",
        0.9138,
        104.4966,
        address="Terminal Sei Carang, Jl. DI Panjaitan km 9",
    ),
    "damkar-dompak": _at("Pos Damkar Dompak", 0.8800, 104.4520, address="Pulau Dompak"),
    "psc-119": _at("PSC 119 Tanjungpinang", 0.9117, 104.4608, address="Jl. Raja Ali Haji"),
    "rsud-kota": _at("RSUD Kota Tanjungpinang", 0.9175, 104.4420, address="Tanjungpinang Barat"),
    "rsud-raja-ahmad-tabib": _at(
        "RSUD Raja Ahmad Tabib", 0.9222, 104.4992, address="Jl. WR Supratman No.100 km 8"
    ),
    "rsal-midiyato": _at(
        "RSAL dr. Midiyato Suratani", 0.9242, 104.4398, address="Jl. Ciptadi No.1"
    ),
    "polresta": _at(
        "Polresta Tanjungpinang", 0.909198, 104.472031, "near", "Jl. Ahmad Yani No.1 (Batu 5 atas)"
    ),
    "polsek-kota": _at("Polsek Tanjungpinang Kota", 0.9292, 104.4412, address="Jl. Merdeka"),
    "polsek-bukit-bestari": _at(
        "Polsek Bukit Bestari", 0.9192, 104.4560, address="Jl. MT Haryono, Batu 3"
    ),
    "polsek-timur": _at(
        "Polsek Tanjungpinang Timur", 0.9182, 104.4905, address="Tanjungpinang Timur"
    ),
    "polsek-barat": _at(
        "Polsek Tanjungpinang Barat", 0.9150, 104.4450, address="Tanjungpinang Barat"
    ),
    "satpolairud": _at(
        "Satpolairud Polresta Tanjungpinang", 0.9342, 104.4415, address="Pelantar 1"
    ),
    "bpbd": _at("BPBD Kota Tanjungpinang", 0.9098, 104.4690, address="Jl. Ahmad Yani"),
    "satpol-pp": _at(
        "Satpol PP Kota Tanjungpinang", 0.9256, 104.4418, address="Jl. H. Agus Salim No.1"
    ),
    "kantor-sar": _at(
        "Kantor SAR Tanjungpinang",
        0.9025,
        104.4866667,
        "near",
        "Jl. Raja Haji Fisabilillah No.2 km 6.5 atas",
    ),
    "pelabuhan-sri-bintan-pura": _at(
        "Pelabuhan Sri Bintan Pura", 0.9290, 104.4371, address="Tanjungpinang Kota"
    ),
    "pelantar-kuning": _at("Pelantar Kuning", 0.9313, 104.4388, address="Tanjungpinang Kota"),
    "pelantar-1": _at("Pelantar 1", 0.9345, 104.4416, address="Tanjungpinang Kota"),
    "pelantar-2": _at(
        "Pelabuhan Kuala Riau (Pelantar 2)", 0.9344, 104.4438, address="Tanjungpinang Kota"
    ),
    "dermaga-penyengat": _at(
        "Dermaga Pulau Penyengat", 0.9288, 104.4258, address="Pulau Penyengat"
    ),
    "dermaga-senggarang": _at("Dermaga Senggarang", 0.9432, 104.4372, address="Senggarang"),
    "dermaga-kampung-bugis": _at(
        "Dermaga Kampung Bugis", 0.9384, 104.4440, address="Kampung Bugis"
    ),
    "pelabuhan-dompak": _at("Pelabuhan Dompak", 0.8868, 104.4495, address="Pulau Dompak"),
    "dermaga-tanjung-siambang": _at(
        "Dermaga Tanjung Siambang", 0.8772, 104.4190, address="Tanjung Siambang, Dompak"
    ),
    "pelabuhan-sri-payung": _at(
        "Pelabuhan Sri Payung (Batu 6)", 0.9252, 104.4773, address="Jl. RE Martadinata"
    ),
}
