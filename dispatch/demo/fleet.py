"""Agencies, stations, units and people of the demo city. The units and people are invented."""

from __future__ import annotations

AGENCIES: tuple[tuple[str, str, str], ...] = (
    ("DAMKAR", "Dinas Pemadam Kebakaran dan Penyelamatan", "113"),
    ("PSC119", "PSC 119", "119"),
    ("POLRESTA", "Polresta Tanjungpinang", "110"),
    ("BPBD", "BPBD Kota Tanjungpinang", "0771-20949"),
    ("SATPOLPP", "Satpol PP Kota Tanjungpinang", ""),
    ("BASARNAS", "Kantor SAR Tanjungpinang", "115"),
)

# Their response areas are drafted from where their stations stand; the others answer everywhere.
AGENCIES_WITH_AREAS: tuple[str, ...] = ("DAMKAR", "POLRESTA")

# Whom a dispatcher brings into a call. Names of the city, numbers of nobody.
CONTACTS: tuple[tuple[str, str, str], ...] = (
    ("RSUD Raja Ahmad Tabib", "0771-000101", "IGD, rujukan provinsi"),
    ("RSUD Kota Tanjungpinang", "0771-000102", "IGD"),
    ("Juru bahasa isyarat", "0771-000201", "penelepon tuli"),
    ("Interpreter Mandarin / English", "0771-000202", "awak kapal, wisatawan"),
    ("PLN Tanjungpinang", "0771-000301", "kabel putus, padam"),
)

# agency, key in maps.demo.stations
STATIONS: tuple[tuple[str, str], ...] = (
    ("DAMKAR", "damkar-mako"),
    ("DAMKAR", "damkar-bintan-center"),
    ("DAMKAR", "damkar-dompak"),
    ("PSC119", "psc-119"),
    ("PSC119", "rsud-kota"),
    ("PSC119", "rsud-raja-ahmad-tabib"),
    ("POLRESTA", "polresta"),
    ("POLRESTA", "polsek-kota"),
    ("POLRESTA", "polsek-bukit-bestari"),
    ("POLRESTA", "polsek-timur"),
    ("BPBD", "bpbd"),
    ("SATPOLPP", "satpol-pp"),
    ("BASARNAS", "kantor-sar"),
    ("BASARNAS", "pelantar-2"),
    ("BPBD", "pelabuhan-sri-bintan-pura"),
    ("PSC119", "pelantar-kuning"),
)

# callsign, agency, kind, station, travels by, capabilities, status
UNITS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("DAMKAR-1", "DAMKAR", "engine", "damkar-mako", "road", "fire_attack rescue", "available"),
    ("DAMKAR-2", "DAMKAR", "engine", "damkar-mako", "road", "fire_attack", "available"),
    ("DAMKAR-3", "DAMKAR", "tanker", "damkar-mako", "road", "water_supply", "available"),
    ("DAMKAR-4", "DAMKAR", "engine", "damkar-bintan-center", "road", "fire_attack", "available"),
    ("DAMKAR-5", "DAMKAR", "tanker", "damkar-bintan-center", "road", "water_supply", "available"),
    ("DAMKAR-6", "DAMKAR", "ladder", "damkar-mako", "road", "ladder", "out_of_service"),
    ("DAMKAR-7", "DAMKAR", "rescue", "damkar-dompak", "road", "rescue chainsaw", "available"),
    ("AMB-1", "PSC119", "ambulance", "psc-119", "road", "ems_bls ems_als transport", "available"),
    ("AMB-2", "PSC119", "ambulance", "psc-119", "road", "ems_bls transport", "available"),
    (
        "AMB-3",
        "PSC119",
        "ambulance",
        "rsud-kota",
        "road",
        "ems_bls ems_als transport",
        "available",
    ),
    (
        "AMB-4",
        "PSC119",
        "ambulance",
        "rsud-raja-ahmad-tabib",
        "road",
        "ems_bls ems_als transport",
        "available",
    ),
    ("AMB-5", "PSC119", "motorcycle", "psc-119", "road", "ems_bls", "available"),
    (
        "AMB-LAUT",
        "PSC119",
        "ambulance_boat",
        "pelantar-kuning",
        "boat",
        "ems_bls ems_als transport boat_transport",
        "available",
    ),
    ("POL-11", "POLRESTA", "patrol", "polresta", "road", "police traffic_control", "available"),
    ("POL-12", "POLRESTA", "patrol", "polsek-kota", "road", "police traffic_control", "available"),
    (
        "POL-13",
        "POLRESTA",
        "patrol",
        "polsek-bukit-bestari",
        "road",
        "police traffic_control",
        "available",
    ),
    (
        "POL-14",
        "POLRESTA",
        "patrol",
        "polsek-timur",
        "road",
        "police traffic_control",
        "available",
    ),
    (
        "POL-M2",
        "POLRESTA",
        "motorcycle",
        "polresta",
        "road",
        "police traffic_control",
        "available",
    ),
    ("BPBD-1", "BPBD", "pickup", "bpbd", "road", "flood_relief chainsaw rescue", "available"),
    ("BPBD-2", "BPBD", "pickup", "bpbd", "road", "flood_relief chainsaw", "available"),
    (
        "BPBD-RIB",
        "BPBD",
        "boat",
        "pelabuhan-sri-bintan-pura",
        "boat",
        "boat_rescue boat_transport flood_relief",
        "available",
    ),
    ("PP-1", "SATPOLPP", "patrol", "satpol-pp", "road", "traffic_control", "available"),
    ("PP-2", "SATPOLPP", "pickup", "satpol-pp", "road", "traffic_control chainsaw", "available"),
    ("PP-3", "SATPOLPP", "motorcycle", "satpol-pp", "road", "traffic_control", "off_duty"),
    (
        "RIB-01",
        "BASARNAS",
        "boat",
        "pelantar-2",
        "boat",
        "boat_rescue boat_transport rescue",
        "available",
    ),
    ("RESCUE-2", "BASARNAS", "rescue", "kantor-sar", "road", "rescue", "available"),
    ("POSKO-1", "BASARNAS", "command", "kantor-sar", "road", "command", "available"),
)

# username, role, name
PEOPLE: tuple[tuple[str, str, str], ...] = (
    ("dispatcher1", "dispatcher", "Demo Sri Wahyuni"),
    ("dispatcher2", "dispatcher", "Demo Budi Santoso"),
    ("dispatcher3", "dispatcher", "Demo Rina Marlina"),
    ("supervisor1", "supervisor", "Demo Dewi Kartika"),
    ("admin1", "admin", "Demo Agus Pratama"),
)
# Invented: no operator has been given numbers that begin with 0810.
PHONE = "+6281000000{number:02d}"
CREW_NAME = "Awak demo {callsign}"

# A unit that is out of service says why.
REASONS = {"DAMKAR-6": "Servis berkala"}
