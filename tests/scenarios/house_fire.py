"""A house burns in Jalan Merdeka: who says and does what, and when, in seconds after the first call.

Each line: second, who, what, with what. `?name` stands for something an earlier answer named.
"""

from __future__ import annotations

HOUSE = {"lat": 0.929, "lng": 104.4408}
BUDI, SITI, TONO = "+6281277000001", "+6281277000002", "+6281277000003"
AML = 'A"ML=1;lt=+0.92905;lg=+104.44075;rd=12;top=20260301030004;lc=90;pm=G;ei=350000000000001;ml='

STORY: list[tuple[int, str, str, dict]] = [
    # Budi calls, his telephone tells where it is; he is answered after nine seconds.
    (0, "budi", "calls", {"From": BUDI}),
    (4, "budi", "texts", {"From": BUDI, "Body": f"{AML}{len(AML) + 3}"}),
    (9, "dispatcher1", "call.answer", {"call_id": "?budi"}),
    # Meanwhile two neighbours: a WhatsApp message with a pin, and a second telephone call.
    (
        20,
        "siti",
        "texts",
        {
            "From": f"whatsapp:{SITI}",
            "Body": "Rumah tetangga kebakaran, api besar!",
            "Latitude": "0.92898",
            "Longitude": "104.44085",
        },
    ),
    (25, "tono", "calls", {"From": TONO}),
    (
        40,
        "dispatcher1",
        "incident.open",
        {"type": "fire", "priority": 1, "location": HOUSE, "call_id": "?budi"},
    ),
    (
        48,
        "dispatcher2",
        "incident.attach_call",
        {"incident_id": "?incident", "call_id": "?siti"},
    ),
    (50, "dispatcher2", "call.answer", {"call_id": "?tono"}),
    (
        58,
        "dispatcher2",
        "incident.attach_call",
        {"incident_id": "?incident", "call_id": "?tono"},
    ),
    # The recommendation is asked for and followed; one crew cannot go.
    (60, "dispatcher1", "recommends", {"incident_id": "?incident"}),
    (69, "dispatcher1", "assigns", {"incident_id": "?incident", "unit": "DAMKAR-1"}),
    (70, "dispatcher1", "assigns", {"incident_id": "?incident", "unit": "DAMKAR-3"}),
    (72, "DAMKAR-1", "assignment.notified", {"assignment_id": "?DAMKAR-1"}),
    (75, "DAMKAR-3", "assignment.notified", {"assignment_id": "?DAMKAR-3"}),
    (80, "DAMKAR-1", "assignment.acknowledge", {"assignment_id": "?DAMKAR-1"}),
    (
        95,
        "DAMKAR-3",
        "assignment.refuse",
        {"assignment_id": "?DAMKAR-3", "reason": "ban pecah"},
    ),
    (110, "dispatcher1", "assigns", {"incident_id": "?incident", "unit": "DAMKAR-2"}),
    (115, "DAMKAR-2", "assignment.acknowledge", {"assignment_id": "?DAMKAR-2"}),
    (129, "DAMKAR-1", "assignment.advance", {"assignment_id": "?DAMKAR-1", "status": "en_route"}),
    (170, "DAMKAR-2", "assignment.advance", {"assignment_id": "?DAMKAR-2", "status": "en_route"}),
    (369, "DAMKAR-1", "assignment.advance", {"assignment_id": "?DAMKAR-1", "status": "on_scene"}),
    (470, "DAMKAR-2", "assignment.advance", {"assignment_id": "?DAMKAR-2", "status": "on_scene"}),
    # The callers are thanked, the fire is out, everybody goes home.
    (500, "dispatcher1", "call.dispose", {"call_id": "?budi", "disposition": "emergency"}),
    (505, "dispatcher2", "call.dispose", {"call_id": "?siti", "disposition": "duplicate"}),
    (510, "dispatcher2", "call.dispose", {"call_id": "?tono", "disposition": "duplicate"}),
    (2400, "DAMKAR-2", "assignment.advance", {"assignment_id": "?DAMKAR-2", "status": "clear"}),
    (2700, "DAMKAR-1", "assignment.advance", {"assignment_id": "?DAMKAR-1", "status": "clear"}),
    (
        2760,
        "dispatcher1",
        "incident.close",
        {"incident_id": "?incident", "disposition": "handled"},
    ),
]

# What the supervisor reads of it, by hand: seconds for each unit that was on its way.
INTERVALS = {
    ("DAMKAR", "turnout"): [129 - 69, 170 - 110],
    ("DAMKAR", "travel"): [369 - 129, 470 - 170],
}
