"""Agencies, stations and units of the demo city. Callsigns are invented; where stations stand is in maps.demo."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoAgency:
    code: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class DemoUnit:
    callsign: str
    agency: str
    kind: str
    station: str  # key of maps.demo.stations.STATIONS
    capabilities: tuple[str, ...]
    travels_by: str = "road"
    status: str = "available"
    reason: str = ""


AGENCIES = (
    DemoAgency("DAMKAR", "Dinas Pemadam Kebakaran dan Penyelamatan", "113"),
    DemoAgency("PSC119", "PSC 119", "119"),
    DemoAgency("POLRESTA", "Polresta Tanjungpinang", "110"),
    DemoAgency("BPBD", "BPBD Kota Tanjungpinang", "0771-20949"),
    DemoAgency("SATPOLPP", "Satpol PP Kota Tanjungpinang", ""),
    DemoAgency("BASARNAS", "Kantor SAR Tanjungpinang (Basarnas)", "115"),
)

# agency -> the stations it uses; a pier or a hospital may be the home of one of its units.
STATIONS = {
    "DAMKAR": ("damkar-mako", "damkar-bintan-center", "damkar-dompak"),
    "PSC119": (
        "psc-119",
        "rsud-kota",
        "rsud-raja-ahmad-tabib",
        "rsal-midiyato",
        "dermaga-penyengat",
    ),
    "POLRESTA": (
        "polresta",
        "polsek-kota",
        "polsek-bukit-bestari",
        "polsek-timur",
        "polsek-barat",
        "satpolairud",
    ),
    "BPBD": ("bpbd", "pelabuhan-sri-bintan-pura"),
    "SATPOLPP": ("satpol-pp", "dermaga-kampung-bugis"),
    "BASARNAS": ("kantor-sar", "pelantar-2"),
}

# key -> (Indonesian, English)
CAPABILITIES = {
    "fire_attack": ("Pemadaman", "Fire attack"),
    "water_supply": ("Pasokan air", "Water supply"),
    "ladder": ("Tangga", "Ladder"),
    "rescue": ("Penyelamatan", "Rescue"),
    "ems_bls": ("Ambulans", "Ambulance"),
    "ems_als": ("Ambulans gawat darurat", "Advanced life support"),
    "transport": ("Angkut pasien", "Patient transport"),
    "police": ("Kepolisian", "Police"),
    "traffic_control": ("Pengaturan lalu lintas", "Traffic control"),
    "boat_rescue": ("Penyelamatan di laut", "Rescue at sea"),
    "boat_transport": ("Angkutan laut", "Transport by boat"),
    "chainsaw": ("Gergaji mesin", "Chainsaw"),
    "flood_relief": ("Penanganan banjir", "Flood relief"),
    "command": ("Pos komando", "Command"),
    "public_order": ("Ketertiban umum", "Public order"),
    "animal_rescue": ("Penanganan hewan", "Animal rescue"),
}

_ENGINE = ("fire_attack", "rescue", "animal_rescue")
_BLS = ("ems_bls", "transport")
_ALS = ("ems_bls", "ems_als", "transport")
_PATROL = ("police", "traffic_control", "public_order")
_PP = ("public_order", "traffic_control")

UNITS = (
    DemoUnit("DAMKAR-1", "DAMKAR", "engine", "damkar-mako", _ENGINE),
    DemoUnit("DAMKAR-2", "DAMKAR", "engine", "damkar-mako", _ENGINE),
    DemoUnit("DAMKAR-3", "DAMKAR", "tanker", "damkar-mako", ("water_supply", "fire_attack")),
    DemoUnit("DAMKAR-4", "DAMKAR", "engine", "damkar-bintan-center", _ENGINE),
    DemoUnit(
        "DAMKAR-5",
        "DAMKAR",
        "rescue",
        "damkar-bintan-center",
        ("rescue", "chainsaw", "animal_rescue"),
    ),
    DemoUnit(
        "DAMKAR-6",
        "DAMKAR",
        "ladder",
        "damkar-mako",
        ("ladder", "rescue"),
        status="out_of_service",
        reason="Servis berkala",
    ),
    DemoUnit("DAMKAR-7", "DAMKAR", "motorcycle", "damkar-mako", ("rescue", "animal_rescue")),
    DemoUnit("DAMKAR-8", "DAMKAR", "engine", "damkar-dompak", _ENGINE),
    DemoUnit("DAMKAR-9", "DAMKAR", "tanker", "damkar-bintan-center", ("water_supply",)),
    DemoUnit("AMB-1", "PSC119", "ambulance", "psc-119", _ALS),
    DemoUnit("AMB-2", "PSC119", "ambulance", "psc-119", _BLS),
    DemoUnit("AMB-3", "PSC119", "ambulance", "rsud-kota", _BLS),
    DemoUnit("AMB-4", "PSC119", "ambulance", "rsud-raja-ahmad-tabib", _ALS),
    DemoUnit("AMB-5", "PSC119", "ambulance", "rsal-midiyato", _BLS),
    DemoUnit(
        "AMB-LAUT",
        "PSC119",
        "ambulance_boat",
        "dermaga-penyengat",
        ("ems_bls", "transport", "boat_transport"),
        travels_by="boat",
    ),
    DemoUnit("POL-11", "POLRESTA", "patrol", "polsek-kota", _PATROL),
    DemoUnit("POL-12", "POLRESTA", "patrol", "polresta", _PATROL),
    DemoUnit("POL-13", "POLRESTA", "patrol", "polsek-bukit-bestari", _PATROL),
    DemoUnit("POL-14", "POLRESTA", "patrol", "polsek-timur", _PATROL),
    DemoUnit("POL-M2", "POLRESTA", "motorcycle", "polsek-barat", _PATROL),
    DemoUnit(
        "POL-AIR",
        "POLRESTA",
        "boat",
        "satpolairud",
        ("police", "boat_rescue", "boat_transport"),
        travels_by="boat",
    ),
    DemoUnit("BPBD-1", "BPBD", "pickup", "bpbd", ("flood_relief", "chainsaw", "rescue")),
    DemoUnit("BPBD-2", "BPBD", "pickup", "bpbd", ("flood_relief", "chainsaw")),
    DemoUnit(
        "BPBD-RIB",
        "BPBD",
        "boat",
        "pelabuhan-sri-bintan-pura",
        ("boat_rescue", "boat_transport", "flood_relief"),
        travels_by="boat",
    ),
    DemoUnit("PP-1", "SATPOLPP", "pickup", "satpol-pp", _PP),
    DemoUnit("PP-2", "SATPOLPP", "pickup", "dermaga-kampung-bugis", _PP),
    DemoUnit("PP-3", "SATPOLPP", "pickup", "satpol-pp", _PP, status="off_duty"),
    DemoUnit(
        "RIB-01",
        "BASARNAS",
        "boat",
        "pelantar-2",
        ("boat_rescue", "boat_transport"),
        travels_by="boat",
    ),
    DemoUnit("RESCUE-2", "BASARNAS", "rescue", "kantor-sar", ("rescue", "boat_rescue")),
    DemoUnit("POSKO-1", "BASARNAS", "command", "kantor-sar", ("command",)),
)
