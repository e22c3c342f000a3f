"""Incident types every deployment starts with, and the capabilities they speak of. Data: the admin changes them."""

from __future__ import annotations

from typing import Any

# key -> (Indonesian, English)
CAPABILITIES: dict[str, tuple[str, str]] = {
    "fire_attack": ("Pompa pemadam", "Fire attack"),
    "water_supply": ("Suplai air", "Water supply"),
    "ladder": ("Tangga", "Ladder"),
    "rescue": ("Penyelamatan", "Rescue"),
    "ems_bls": ("Ambulans dasar", "Ambulance, basic life support"),
    "ems_als": ("Ambulans lanjut", "Ambulance, advanced life support"),
    "transport": ("Angkut pasien", "Patient transport"),
    "police": ("Polisi", "Police"),
    "traffic_control": ("Atur lalu lintas", "Traffic control"),
    "boat_rescue": ("Penyelamatan laut", "Rescue at sea"),
    "boat_transport": ("Angkut laut", "Transport by boat"),
    "chainsaw": ("Gergaji mesin", "Chainsaw"),
    "flood_relief": ("Bantuan banjir", "Flood relief"),
    "command": ("Komando", "Command"),
}


def _needs(**counts: int) -> list[dict[str, Any]]:
    return [{"capability": key, "count": count} for key, count in counts.items()]


# key, Indonesian, English, usual priority, needs by priority
INCIDENT_TYPES: tuple[tuple[str, str, str, int, dict[str, Any]], ...] = (
    (
        "fire",
        "Kebakaran",
        "Fire",
        1,
        {
            "1": _needs(fire_attack=2, water_supply=1, ems_bls=1, police=1),
            "2": _needs(fire_attack=2, water_supply=1),
            "default": _needs(fire_attack=1),
        },
    ),
    (
        "medical",
        "Gawat medis",
        "Medical",
        1,
        {"1": _needs(ems_als=1), "default": _needs(ems_bls=1)},
    ),
    ("police", "Kriminal", "Police", 2, {"1": _needs(police=2), "default": _needs(police=1)}),
    (
        "rescue",
        "Penyelamatan",
        "Rescue",
        2,
        {"1": _needs(rescue=1, ems_bls=1), "default": _needs(rescue=1)},
    ),
    (
        "flood",
        "Banjir",
        "Flood",
        3,
        {"1": _needs(flood_relief=2, rescue=1), "default": _needs(flood_relief=1)},
    ),
    (
        "traffic_accident",
        "Kecelakaan lalu lintas",
        "Traffic accident",
        2,
        {
            "1": _needs(ems_bls=2, police=1, rescue=1),
            "2": _needs(ems_bls=1, police=1),
            "default": _needs(police=1),
        },
    ),
    (
        "fallen_tree",
        "Pohon tumbang",
        "Fallen tree",
        3,
        {"1": _needs(chainsaw=1, traffic_control=1, ems_bls=1), "default": _needs(chainsaw=1)},
    ),
    ("gas_leak", "Gas bocor", "Gas leak", 2, {"default": _needs(fire_attack=1)}),
    (
        "sea_rescue",
        "Kecelakaan laut",
        "Rescue at sea",
        1,
        {"1": _needs(boat_rescue=2, ems_bls=1), "default": _needs(boat_rescue=1)},
    ),
    (
        "public_disorder",
        "Gangguan ketertiban",
        "Public disorder",
        3,
        {"1": _needs(police=2), "default": _needs(traffic_control=1)},
    ),
    ("wild_animal", "Hewan liar", "Wild animal", 3, {"default": _needs(rescue=1)}),
    ("landslide", "Tanah longsor", "Landslide", 2, {"default": _needs(rescue=1, flood_relief=1)}),
    ("power_line", "Kabel listrik", "Power line", 3, {"default": _needs(traffic_control=1)}),
    ("other", "Lain-lain", "Other", 3, {}),
)
