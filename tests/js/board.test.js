import assert from "node:assert/strict";
import { test } from "node:test";
import { figures, incidentsInOrder, limitOf, placeOf, unitsByAgency, waitingCalls } from "#console/board";
import { nextToAnswer } from "#console/queue";
import { piecesOf, whyOf } from "#console/evidence";
import { shortCallsign } from "#console/incidents";
import { chooseLabels, overlap, sideBySide } from "#console/labels";
import { UiState } from "#console/ui";
import { Store } from "#realtime/store";
import { Clock } from "#realtime/time";

const NOW = Date.parse("2026-01-01T00:10:00.000Z");
const clock = new Clock(() => NOW);
const LIMITS = { answer_s: 15, assign_s: 60, acknowledge_s: 60, position_stale_s: 600 };
const at = (minute, second = 0) => new Date(Date.UTC(2026, 0, 1, 0, minute, second)).toISOString();

function boardOf(state) {
  const store = new Store({ schedule: () => {} });
  store.replace(state, 1);
  return store;
}

test("the longest waiting voice is answered before a text that has not waited for three minutes", () => {
  const store = boardOf({
    calls: [
      { id: "text", channel: "sms", status: "queued", received_at: at(1, 0) },
      { id: "voice2", channel: "voice", status: "ringing", received_at: at(1, 20) },
      { id: "voice1", channel: "pbx", status: "queued", received_at: at(1, 10) },
      { id: "taken", channel: "voice", status: "answered", received_at: at(0) },
    ],
  });
  const soon = new Clock(() => Date.parse(at(1, 40)));
  assert.equal(nextToAnswer(store, soon).id, "voice1");
  assert.deepEqual(
    waitingCalls(store).map((call) => call.id),
    ["text", "voice1", "voice2"],
  );
  assert.equal(figures(store, clock).longestS, 540);
});

test("an unknown priority stands between 2 and 3, never last", () => {
  const incident = (id, priority, minute) => ({ id, priority, opened_at: at(minute) });
  const store = boardOf({
    incidents: [
      incident("p4", 4, 1),
      incident("unknown", null, 1),
      incident("p2", 2, 1),
      incident("late1", 1, 5),
      incident("p1", 1, 2),
      incident("p3", 3, 1),
    ],
  });
  assert.deepEqual(
    incidentsInOrder(store).map((row) => row.id),
    ["p1", "late1", "p2", "unknown", "p3", "p4"],
  );
});

test("the place of a call is the server's estimate, named after the piece that leads it", () => {
  const aml = { id: "aml", lat: 0.92, lng: 104.45, source: "aml", radius_m: 38, label: null, at: at(1) };
  const pin = {
    id: "pin",
    lat: 0.93,
    lng: 104.45,
    source: "whatsapp",
    radius_m: 15,
    label: "Pasar",
    at: at(2),
  };
  const estimate = { lat: 0.9299, lng: 104.45, radius_m: 15, why: "agree", by: ["pin", "aml"], against: [] };
  const place = placeOf({ locations: [aml, pin], estimate });
  assert.deepEqual(
    [place.lat, place.radius_m, place.source, place.label, place.why],
    [0.9299, 15, "whatsapp", "Pasar", "agree"],
  );
  assert.equal(placeOf({ locations: [], estimate: null }), null);
});

test("an incident without a unit runs against the assigning limit, then against the acknowledgement", () => {
  const incident = {
    id: "i",
    opened_at: at(9, 10),
    first_assigned_at: null,
    first_on_scene_at: null,
    assignment_ids: [],
  };
  assert.deepEqual(limitOf(boardOf({}), incident, LIMITS, clock), {
    name: "assign",
    seconds: 50,
    level: "near",
  });
  const assigned = { ...incident, first_assigned_at: at(8), assignment_ids: ["a"] };
  const store = boardOf({ assignments: [{ id: "a", status: "notified", assigned_at: at(8) }] });
  assert.deepEqual(limitOf(store, assigned, LIMITS, clock), {
    name: "acknowledge",
    seconds: 120,
    level: "over",
  });
  const under = boardOf({ assignments: [{ id: "a", status: "en_route", assigned_at: at(8) }] });
  assert.equal(limitOf(under, assigned, LIMITS, clock), null);
});

test("units stand under their agency in the order of the reference, numbers by value", () => {
  const unit = (id, agency, callsign) => ({ id, agency, callsign });
  const store = boardOf({
    units: [unit(1, "psc", "AMB-10"), unit(2, "psc", "AMB-2"), unit(3, "new", "X-1"), unit(4, "fire", "D-1")],
  });
  const groups = unitsByAgency(store, [
    { code: "fire", name: "Fire" },
    { code: "psc", name: "PSC" },
    { code: "none", name: "None" },
  ]);
  assert.deepEqual(
    groups.map((group) => [group.code, group.units.map((one) => one.callsign)]),
    [
      ["fire", ["D-1"]],
      ["psc", ["AMB-2", "AMB-10"]],
      ["new", ["X-1"]],
    ],
  );
});

test("evidence that lies outside its own radius of the one in use disagrees", () => {
  const used = { lat: 0.92, lng: 104.45, radius_m: 10, source: "whatsapp" };
  const near = { id: "near", lat: 0.9201, lng: 104.45, radius_m: 50, source: "aml", at: at(1) };
  const far = { id: "far", lat: 0.93, lng: 104.45, radius_m: 50, source: "aml", at: at(1) };
  const same = { id: "same", ...used, at: at(1) };
  const pieces = piecesOf({
    calls: [{ id: "c", caller: null, locations: [near, far, same], estimate: null }],
    found: [],
    proposed: null,
    used,
  });
  const of = (key) => pieces.find((piece) => piece.key === key);
  assert.equal(of("same").used, true);
  assert.equal(of("near").disagrees, false);
  assert.equal(of("far").disagrees, true);
});

test("the location in use is listed even when no caller told it", () => {
  const pieces = piecesOf({
    calls: [],
    found: [],
    proposed: null,
    used: { lat: 1, lng: 104, radius_m: 25, source: "operator" },
  });
  assert.deepEqual(
    pieces.map((piece) => [piece.key, piece.used]),
    [["used", true]],
  );
});

test("the weightier label stays, the one below it yields", () => {
  const light = { box: [0, 0, 60, 20], weight: 0 };
  const heavy = { box: [30, 0, 90, 20], weight: 2 };
  const free = { box: [200, 0, 260, 20], weight: 0 };
  assert.deepEqual(chooseLabels([light, heavy, free], []), new Set([heavy, free]));
  assert.equal(chooseLabels([free], [[250, 5, 270, 15]]).size, 0);
  assert.equal(overlap([0, 0, 10, 10], [10, 0, 20, 10]), false);
});

test("what is recommended is picked until the person picks", () => {
  const ui = new UiState();
  ui.choose("incident", "i");
  ui.setRecommendation({ incident_id: "i", units: [{ unit_id: "a" }, { unit_id: "b" }] });
  assert.deepEqual([...ui.picks("i")], ["a", "b"]);
  ui.togglePick("i", "b");
  ui.togglePick("i", "c");
  assert.deepEqual([...ui.picks("i")], ["a", "c"]);
  ui.setRecommendation({ incident_id: "i", units: [{ unit_id: "z" }] });
  assert.deepEqual([...ui.picks("i")], ["a", "c"]);
  ui.clearPicks("i");
  assert.deepEqual([...ui.picks("i")], ["z"]);
});

test("units on one spot stand side by side, each keeping its place as others come and go", () => {
  const yard = { x: 100, y: 100 };
  const elsewhere = { x: 400, y: 100 };
  const [first, second, third, far] = sideBySide([yard, yard, yard, elsewhere]);
  assert.deepEqual(first, { x: 0, y: 0 });
  assert.deepEqual(far, { x: 0, y: 0 });
  const spots = new Set([first, second, third].map(({ x, y }) => `${x},${y}`));
  assert.equal(spots.size, 3);
  assert.deepEqual(sideBySide([yard, yard])[1], second);
});

test("a callsign is short where there is little room, and still the same unit", () => {
  assert.equal(shortCallsign("DAMKAR-12"), "D-12");
  assert.equal(shortCallsign("POL-M2"), "P-M2");
  assert.equal(shortCallsign("AMB-LAUT"), "AMB-LAUT");
});

test("pieces stand in the order of the estimate: what leads, what agrees, what speaks against it, what was rejected", () => {
  const piece = (id, more) => ({ id, lat: 0.9, lng: 104.4, source: "aml", radius_m: 20, at: at(1), ...more });
  const call = {
    id: "c",
    caller: null,
    locations: [
      piece("no", { verdict: "rejected" }),
      piece("old"),
      piece("torn"),
      piece("second"),
      piece("lead", { source: "whatsapp" }),
    ],
    estimate: {
      lat: 0.9,
      lng: 104.4,
      radius_m: 20,
      why: "best",
      by: ["lead", "second"],
      against: [{ id: "torn", apart_m: 4100 }],
    },
  };
  const pieces = piecesOf({ calls: [call], found: [], proposed: null, used: null });
  assert.deepEqual(
    pieces.map((one) => one.key),
    ["lead", "second", "torn", "old", "no"],
  );
  assert.deepEqual(whyOf(call), { why: "best", source: "whatsapp", agree: 2, against: 1, apart: 4100 });
  assert.equal(whyOf({ locations: [], estimate: null }), null);
});
