"""How each kind of unit travels: how fast beside an ambulance, where it may go, how long until it leaves. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ON_FOOT_KPH = 5.0  # with a bag or a stretcher; a walker without a load does 5 to 6


class Group(StrEnum):
    """Kinds of units that drive alike, so that what is learnt of one serves the others."""

    ENGINE = "engine"
    RESCUE = "rescue"
    AMBULANCE = "ambulance"
    CAR = "car"
    MOTORCYCLE = "motorcycle"
    BOAT = "boat"
    FOOT = "foot"


GROUP_OF: Mapping[str, Group] = {
    "engine": Group.ENGINE,
    "tanker": Group.ENGINE,
    "ladder": Group.ENGINE,
    "rescue": Group.RESCUE,
    "ambulance": Group.AMBULANCE,
    "patrol": Group.CAR,
    "pickup": Group.CAR,
    "command": Group.CAR,
    "motorcycle": Group.MOTORCYCLE,
    "boat": Group.BOAT,
    "ambulance_boat": Group.BOAT,
    "foot": Group.FOOT,
}

# Speed beside that of an ambulance, for which the speeds of the road classes are meant. Each is a start that a city
# changes in the admin, and that its own drives replace as soon as there are enough of them.
SPEED_FACTOR: Mapping[Group, float] = {
    # 12 to 30 t with water: slower away from every corner. RAND's fire engines settle at 57 km/h on free roads
    # (Kolesar, Walker, Hausner 1975), ambulances in the same kind of city at 60 to 70.
    Group.ENGINE: 0.85,
    Group.RESCUE: 0.9,  # a lighter lorry without water
    Group.AMBULANCE: 1.0,
    Group.CAR: 1.05,  # the same roads, lighter than an ambulance, nobody lies in it
    Group.MOTORCYCLE: 1.15,  # passes what stands in a queue; first responders on motorcycles arrive before ambulances
    Group.BOAT: 1.0,  # the drawn crossings have their own speed
    Group.FOOT: 1.0,
}
FACTOR_MIN, FACTOR_MAX = 0.2, 3.0

ACCESS_OF: Mapping[Group, frozenset[str]] = {
    Group.ENGINE: frozenset({"open", "emergency"}),
    Group.RESCUE: frozenset({"open", "emergency"}),
    Group.AMBULANCE: frozenset({"open", "emergency"}),
    Group.CAR: frozenset({"open", "emergency"}),
    Group.MOTORCYCLE: frozenset({"open", "emergency", "narrow"}),
    Group.FOOT: frozenset({"open", "emergency", "narrow", "foot"}),
}

# Through water that stops cars: a high lorry, at a walking pace. All others on wheels are kept out of it.
FLOOD_GROUPS = frozenset({Group.RESCUE})
FLOODED_SPEED_SHARE = 0.3
FLOODED_SAIL_KPH = 6.0  # a boat between houses, poles and fences

FERRY_WAIT_S = 600.0  # a vehicle drives onto the next ferry: half the usual interval, and loading
LANDING_S = 60.0  # make fast, get out
BOARDING_S = 60.0

# From the order to leaving, where the unit itself has no time of its own. Crews on wheels stand ready beside their
# vehicle, and their turnout is measured and reported apart; a boat is manned, untied and started first.
READY_S: Mapping[str, int] = {"boat": 180, "ambulance_boat": 180}


@dataclass(frozen=True, slots=True)
class Gait:
    """What decides which roads a unit may take and how long each takes; units of one gait share one search."""

    by: str  # road | boat | foot
    access: frozenset[str]
    wades: bool  # may drive through flooded areas


def group_of(kind: str, by: str) -> Group:
    """An unknown kind drives like a car; whatever travels by boat is a boat."""
    if by == "boat":
        return Group.BOAT
    if by == "foot":
        return Group.FOOT
    group = GROUP_OF.get(kind, Group.AMBULANCE if not kind else Group.CAR)
    return Group.CAR if group == Group.BOAT else group


def gait_of(group: Group) -> Gait:
    if group == Group.BOAT:
        return Gait("boat", ACCESS_OF[Group.CAR], wades=False)
    if group == Group.FOOT:
        return Gait("foot", ACCESS_OF[Group.FOOT], wades=False)
    return Gait("road", ACCESS_OF[group], wades=group in FLOOD_GROUPS)


def ready_s_of(kind: str) -> int:
    return READY_S.get(kind, 0)


# --- what a dispatcher may draw as closed ------------------------------------------------------

CLOSURES_OPEN_MAX = 200
CLOSURE_VERTICES_MAX = 500
CLOSURE_AREA_KM2_MAX = 60.0
CLOSURE_LENGTH_KM_MAX = 30.0
CLOSURE_STRIP_M = 12.0  # on each side of a drawn line
