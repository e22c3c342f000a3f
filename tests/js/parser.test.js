import assert from "node:assert/strict";
import { test } from "node:test";
import { completed, ghostOf, parse } from "#console/parser";

const UNITS = [
  { id: "amb2", callsign: "AMB-2", status: "available", assignment_id: null },
  { id: "amb12", callsign: "AMB-12", status: "available", assignment_id: null },
  { id: "d2", callsign: "DAMKAR-2", status: "en_route", assignment_id: "as1" },
  { id: "m2", callsign: "POL-M2", status: "available", assignment_id: null },
  { id: "laut", callsign: "AMB-LAUT", status: "available", assignment_id: null },
];
const INCIDENTS = [
  { id: "i412", number: "2026-000412", type: "fire", note: "api" },
  { id: "i41", number: "2026-000041", type: null, note: "" },
];
const world = (more = {}) => ({
  units: UNITS,
  incidents: INCIDENTS,
  types: [
    { key: "fire", name: "Kebakaran" },
    { key: "traffic_accident", name: "Kecelakaan lalu lintas" },
  ],
  dispositions: [
    { key: "handled", name: "Ditangani" },
    { key: "duplicate", name: "Ganda" },
  ],
  callDispositions: [{ key: "prank", name: "Iseng" }],
  chosenIncident: null,
  chosenCall: null,
  nextCall: null,
  ...more,
});
const acts = (text, more) => parse(text, world(more)).acts;

test("assign takes several units, in short forms, in both languages", () => {
  for (const text of ["kirim amb-2 d2 #412", "assign AMB2 damkar-2 #0412", "tugaskan a2 d-2 2026-000412"]) {
    const found = acts(text, { units: UNITS.map((unit) => ({ ...unit, assignment_id: null })) });
    assert.deepEqual(
      found.map((act) => [act.name, act.body.incident_id, act.body.unit_id]),
      [
        ["unit.assign", "i412", "amb2"],
        ["unit.assign", "i412", "d2"],
      ],
      text,
    );
  }
});

test("without a number the chosen incident is meant", () => {
  const [act] = acts("kirim amb-2", { chosenIncident: INCIDENTS[0] });
  assert.deepEqual(act.body, { incident_id: "i412", unit_id: "amb2" });
  assert.ok(parse("kirim amb-2", world()).error);
});

test("a whole number wins over one that only begins alike", () => {
  assert.equal(acts("#41")[0].value, "i41");
  assert.equal(acts("#412")[0].value, "i412");
});

test("a unit that has an assignment is named in the preview as an error", () => {
  assert.match(parse("kirim d2 #412", world()).error, /DAMKAR-2/);
});

test("an ambiguous word is refused and offers what it may be", () => {
  const reading = parse("kirim amb", world());
  assert.equal(reading.acts.length, 0);
  assert.ok(reading.error);
  assert.deepEqual(
    reading.completions.map((one) => one.label),
    ["AMB-2", "AMB-12", "AMB-LAUT"],
  );
});

test("what a crew says on the radio is a step of its assignment", () => {
  assert.deepEqual(acts("d2 tiba"), [
    { name: "assignment.advance", body: { assignment_id: "as1", status: "on_scene" } },
  ]);
  assert.deepEqual(acts("d2 ack"), [{ name: "assignment.acknowledge", body: { assignment_id: "as1" } }]);
  assert.deepEqual(acts("m2 rusak ban pecah"), [
    { name: "unit.set_status", body: { unit_id: "m2", status: "out_of_service", reason: "ban pecah" } },
  ]);
  assert.ok(parse("amb-2 tiba", world()).error);
});

test("taking a unit off needs a reason", () => {
  assert.ok(parse("batal d2", world()).error);
  assert.deepEqual(acts("batal d2 mogok")[0].body, { assignment_id: "as1", reason: "mogok" });
});

test("closing needs a known end, by key or by the beginning of its name", () => {
  assert.deepEqual(acts("tutup #412 ditang")[0].body, { incident_id: "i412", disposition: "handled" });
  assert.deepEqual(acts("close #412 duplicate")[0].body, { incident_id: "i412", disposition: "duplicate" });
  assert.equal(acts("tutup #412").length, 0);
});

test("an incident without a call carries no place and no priority of its own", () => {
  assert.deepEqual(acts("baru keba")[0], {
    name: "incident.open",
    body: { type: "fire", priority: null, location: null },
  });
  assert.equal(acts("baru ke").length, 0);
});

test("the call commands act on the chosen call only", () => {
  assert.ok(parse("iseng", world()).error);
  const chosenCall = { id: "c" };
  assert.deepEqual(acts("iseng", { chosenCall })[0].body, { call_id: "c", disposition: "prank" });
  assert.deepEqual(acts("gabung #412", { chosenCall })[0].body, { incident_id: "i412", call_id: "c" });
  assert.deepEqual(acts("jawab", { nextCall: { id: "n" } })[0].body, { call_id: "n" });
});

test("a note is added below what was told", () => {
  assert.equal(acts("catat dua korban", { chosenIncident: INCIDENTS[0] })[0].body.note, "api\ndua korban");
});

test("priority by its short form", () => {
  assert.deepEqual(acts("p2 #412")[0].body, { incident_id: "i412", priority: 2 });
  assert.equal(acts("prioritas 9 #412").length, 0);
});

test("a completion replaces the word being typed and shows its rest in grey", () => {
  assert.equal(completed("kirim am", "amb-2"), "kirim amb-2 ");
  assert.equal(completed("kirim amb-2 ", "#0412"), "kirim amb-2 #0412 ");
  assert.equal(completed("", "kirim"), "kirim ");
  assert.equal(ghostOf("ki", parse("ki", world())), "rim");
  assert.equal(ghostOf("kirim ", parse("kirim ", world())), "");
});

test("nonsense is refused in words and never throws", () => {
  for (const text of [
    "",
    "   ",
    "xyz",
    "#",
    "kirim #",
    "d2",
    "d2 xyz",
    "p",
    "tutup",
    "<script>",
    "🔥",
    "a".repeat(500),
    "kirim (",
    "cari",
  ]) {
    assert.equal(parse(text, world()).acts.length, 0, text);
  }
});
