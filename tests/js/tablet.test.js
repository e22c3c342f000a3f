import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyState } from "#realtime/store";
import { crewView, screenOf, soundFor, takenAway } from "#tablet/crew";
import { Outbox } from "#tablet/outbox";
import { isWorthSending, wireOf } from "#tablet/positions";
import {
  carriesPatients,
  chain,
  changedFields,
  commandFor,
  isAllowed,
  nextStep,
  otherSteps,
  projected,
  stepsOf,
} from "#tablet/steps";

const ENGINE = {
  id: "u1",
  callsign: "DAMKAR-2",
  capabilities: ["fire_attack"],
  status: "assigned",
  status_at: "2026-11-24T05:00:00Z",
};
const AMBULANCE = { id: "u2", callsign: "AMB-1", capabilities: ["ems_bls", "transport"] };
const AT = "2026-11-24T05:00:00.000Z";
const assignment = (status = "assigned", more = {}) => ({
  id: "a1",
  incident_id: "i1",
  unit_id: "u1",
  status,
  ...more,
});
const press = (name, body) => ({
  id: `${name}${body.status ?? ""}`,
  name,
  body: { assignment_id: "a1", ...body },
  at: AT,
});

function walk(unit) {
  const steps = [];
  let view = { ...assignment(), waiting: new Set() };
  for (let step = nextStep(view, unit); step; step = nextStep(view, unit)) {
    steps.push(step);
    view = { ...view, status: step };
  }
  return steps;
}

test("the big button leads an engine from the assignment to clear", () => {
  assert.deepEqual(walk(ENGINE), ["acknowledged", "en_route", "on_scene", "clear"]);
});

test("the big button of a unit that carries patients leads over transport", () => {
  assert.deepEqual(walk(AMBULANCE), [
    "acknowledged",
    "en_route",
    "on_scene",
    "transporting",
    "at_destination",
    "clear",
  ]);
  assert.equal(carriesPatients(ENGINE), false);
  assert.equal(carriesPatients(undefined), false);
});

test("an ambulance on scene may also be cleared without a patient", () => {
  assert.deepEqual(otherSteps(assignment("on_scene"), AMBULANCE), ["clear"]);
});

test("a forgotten step may be skipped, no step goes back, an ended assignment goes nowhere", () => {
  assert.deepEqual(otherSteps(assignment("assigned"), ENGINE), ["en_route", "on_scene"]);
  assert.equal(isAllowed("on_scene", "en_route"), false);
  for (const ended of ["clear", "cancelled", "refused"])
    assert.equal(nextStep(assignment(ended), ENGINE), null);
});

test("acknowledging is a command of its own, every other step an advance", () => {
  assert.deepEqual(commandFor(assignment(), "acknowledged"), {
    name: "assignment.acknowledge",
    body: { assignment_id: "a1" },
  });
  assert.deepEqual(commandFor(assignment(), "on_scene"), {
    name: "assignment.advance",
    body: { assignment_id: "a1", status: "on_scene" },
  });
});

test("what waits on the tablet is shown as taken, with the tablet's time, and marked as waiting", () => {
  const items = [press("assignment.acknowledge", {}), press("assignment.advance", { status: "en_route" })];
  const view = projected(assignment(), items);
  assert.equal(view.status, "en_route");
  assert.equal(view.en_route_at, AT);
  assert.deepEqual([...view.waiting], ["acknowledged", "en_route"]);
  assert.equal(nextStep(view, ENGINE), "on_scene");
});

test("a waiting press that the centre has made impossible changes nothing", () => {
  const view = projected(assignment("cancelled"), [press("assignment.advance", { status: "on_scene" })]);
  assert.equal(view.status, "cancelled");
  assert.equal(view.waiting.size, 0);
});

test("the chain tells done, waiting, next, later and skipped apart", () => {
  const row = assignment("acknowledged", { on_scene_at: null, acknowledged_at: AT });
  const view = projected(row, [press("assignment.advance", { status: "on_scene" })]);
  assert.deepEqual(
    chain(view, ENGINE).map((one) => [one.step, one.state]),
    [
      ["acknowledged", "done"],
      ["en_route", "skipped"],
      ["on_scene", "wait"],
      ["clear", "now"],
    ],
  );
  assert.equal(stepsOf(AMBULANCE).length, 6);
});

test("a changed note, address or place is named; unknown and empty are the same", () => {
  const before = { note: "", address: null, location: { lat: 1, lng: 104 } };
  assert.deepEqual(changedFields(before, { ...before, address: "" }), []);
  assert.deepEqual(changedFields(before, { ...before, note: "gas" }), ["note"]);
  assert.deepEqual(changedFields(before, { ...before, location: { lat: 1.1, lng: 104 } }), ["location"]);
  assert.deepEqual(changedFields(before, { ...before, location: null }), ["location"]);
});

// --- the crew's view -------------------------------------------------------------------------------

function storeWith(rows) {
  const state = emptyState();
  for (const [kind, entities] of Object.entries(rows))
    for (const row of entities) state[kind].set(row.id, row);
  return { get: (kind, id) => state[kind].get(id), all: (kind) => [...state[kind].values()] };
}
const BOARD = {
  units: [ENGINE, { ...AMBULANCE, position: null }],
  incidents: [{ id: "i1", priority: 1 }],
  assignments: [assignment(), { id: "a2", incident_id: "i1", unit_id: "u2", status: "en_route" }],
};

test("an unacknowledged assignment sounds by its priority and is silent once the press is on the tablet", () => {
  const store = storeWith(BOARD);
  assert.equal(soundFor(crewView(store, "u1", [])), "assignment1");
  assert.equal(soundFor(crewView(store, "u1", [press("assignment.acknowledge", {})])), null);
  assert.equal(
    soundFor(crewView(storeWith({ ...BOARD, incidents: [{ id: "i1", priority: null }] }), "u1", [])),
    "assignment3",
  );
  assert.equal(soundFor(crewView(storeWith({ units: [ENGINE] }), "u1", [])), null);
});

test("an assignment that the centre took away is noticed; one that the crew ended itself is not", () => {
  const before = crewView(
    storeWith({ ...BOARD, incidents: [{ id: "i1", number: "2026-000003" }] }),
    "u1",
    [],
  );
  const empty = crewView(storeWith({ units: [ENGINE] }), "u1", []);
  const cancelled = crewView(storeWith({ ...BOARD, assignments: [assignment("cancelled")] }), "u1", []);
  const another = crewView(storeWith({ ...BOARD, assignments: [{ ...assignment(), id: "a9" }] }), "u1", []);
  for (const after of [empty, cancelled, another])
    assert.deepEqual(takenAway(before, after), { id: "a1", number: "2026-000003" });

  const cleared = [press("assignment.advance", { status: "clear" })];
  const done = crewView(storeWith({ ...BOARD, assignments: [assignment("on_scene")] }), "u1", cleared);
  assert.equal(takenAway(before, before), null);
  assert.equal(takenAway(before, done), null);
  assert.equal(takenAway(done, empty), null);
});

test("the other units of the incident are listed, the own one is not", () => {
  const view = crewView(storeWith(BOARD), "u1", []);
  assert.deepEqual(
    view.others.map((one) => one.callsign),
    ["AMB-1"],
  );
});

test("a cleared assignment that still waits shows standby and the status as waiting", () => {
  const store = storeWith({ ...BOARD, assignments: [assignment("on_scene")] });
  const view = crewView(store, "u1", [press("assignment.advance", { status: "clear" })]);
  assert.equal(screenOf(view, { choosing: false, maydayShown: false }), "standby");
  assert.deepEqual(view.status, { word: "available", at: AT, waits: true });
});

test("a call for help is shown while it waits and until the centre has taken it off the board", () => {
  const waiting = crewView(storeWith({ units: [ENGINE] }), "u1", [
    { ...press("unit.mayday", {}), body: { unit_id: "u1" } },
  ]);
  assert.equal(screenOf(waiting, { choosing: false, maydayShown: true }), "mayday");
  const alarm = { id: "m", kind: "mayday", subject: { kind: "units", id: "u1" } };
  const raised = crewView(storeWith({ units: [ENGINE], alarms: [alarm] }), "u1", []);
  assert.equal(screenOf(raised, { choosing: true, maydayShown: true }), "mayday");
  assert.equal(
    screenOf(crewView(storeWith({ units: [ENGINE] }), "u1", []), { choosing: false, maydayShown: true }),
    "standby",
  );
});

// --- the outbox ------------------------------------------------------------------------------------

class Storage {
  rows = new Map();
  getItem = (key) => this.rows.get(key) ?? null;
  setItem = (key, value) => this.rows.set(key, value);
}

function outboxWith(answers, storage = new Storage()) {
  const sent = [];
  const timers = [];
  let ids = 0;
  const world = {
    newId: () => {
      ids += 1;
      return `r${ids}`;
    },
    now: () => Date.parse(AT),
    setTimeout: (work) => timers.push(work),
  };
  const send = async (item) => {
    sent.push(item.id);
    return answers.shift() ?? { ok: false, code: "not_sent" };
  };
  return { outbox: new Outbox({ storage, key: "outbox", world, send }), sent, timers, storage };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a press is on the storage at once and survives a reload with its request id", async () => {
  const { outbox, storage } = outboxWith([]);
  outbox.add("assignment.acknowledge", { assignment_id: "a1" });
  assert.equal(JSON.parse(storage.getItem("outbox"))[0].id, "r1");
  await settled();

  const again = outboxWith([{ ok: true, seq: 7 }], storage);
  await again.outbox.drain();
  assert.deepEqual(again.sent, ["r1"]);
  assert.deepEqual(again.outbox.items, []);
  assert.equal(storage.getItem("outbox"), "[]");
});

test("presses leave in their order, one after the other, and an unanswered one holds back the rest", async () => {
  const { outbox, sent } = outboxWith([{ ok: false, code: "not_sent" }]);
  outbox.add("a", {});
  outbox.add("b", {});
  await settled();
  assert.deepEqual(sent, ["r1"]);
  assert.deepEqual(
    outbox.items.map((item) => item.id),
    ["r1", "r2"],
  );
});

test("after a reconnection the same request ids are sent again, in order", async () => {
  const { outbox, sent } = outboxWith([
    { ok: false, code: "not_sent" },
    { ok: true, seq: 1 },
    { ok: true, seq: 2 },
  ]);
  outbox.add("a", {});
  outbox.add("b", {});
  await settled();
  await outbox.drain();
  assert.deepEqual(sent, ["r1", "r1", "r2"]);
  assert.deepEqual(outbox.items, []);
});

test("a call for help waits behind nothing, not even behind a step that the centre fails at", async () => {
  const { outbox, sent } = outboxWith([
    { ok: false, code: "failed" },
    { ok: true, seq: 1 },
  ]);
  outbox.add("a", {});
  await settled();
  outbox.add("unit.mayday", {}, { urgent: true });
  await settled();
  assert.deepEqual(sent, ["r1", "r2", "r1"]);
});

test("what the centre refuses leaves the queue, is explained, and the next one still goes out", async () => {
  const { outbox, sent } = outboxWith([
    { ok: false, code: "step_not_possible", detail: "too late" },
    { ok: true, seq: 2 },
  ]);
  const told = [];
  outbox.subscribe((change) => change.refused && told.push([change.refused.id, change.detail]));
  outbox.add("a", {});
  outbox.add("b", {});
  await settled();
  assert.deepEqual(told, [["r1", "too late"]]);
  assert.deepEqual(sent, ["r1", "r2"]);
});

test("a command the centre fails at is tried again by itself, but not for ever", async () => {
  const { outbox, timers, sent } = outboxWith(
    Array.from({ length: 30 }, () => ({ ok: false, code: "failed" })),
  );
  outbox.add("a", {});
  await settled();
  while (timers.length) {
    timers.shift()();
    await settled();
  }
  assert.equal(sent.length, 30);
  assert.deepEqual(outbox.items, []);
});

test("what is done but not yet on the board is still reckoned with, until the board has its number", async () => {
  const { outbox } = outboxWith([{ ok: true, seq: 9 }]);
  outbox.add("a", {});
  await settled();
  assert.deepEqual(outbox.items, []);
  assert.deepEqual(
    outbox.ahead(8).map((item) => item.id),
    ["r1"],
  );
  assert.deepEqual(outbox.ahead(9), []);
});

test("a damaged storage is set aside, not thrown away, and does not stop the crew", () => {
  const storage = new Storage();
  storage.setItem("outbox", "{half");
  const { outbox } = outboxWith([], storage);
  assert.deepEqual(outbox.items, []);
  assert.equal(storage.getItem("outbox.damaged"), "{half");
});

// --- positions -------------------------------------------------------------------------------------

test("a position is sent when it is the first, when the unit has moved, or when it has been silent for long", () => {
  const first = { atMs: 0, lat: 0.9, lng: 104.4 };
  assert.equal(isWorthSending(null, first), true);
  assert.equal(isWorthSending(first, { ...first, atMs: 6_000 }), false);
  assert.equal(isWorthSending(first, { ...first, atMs: 6_000, lat: 0.901 }), true);
  assert.equal(isWorthSending(first, { ...first, atMs: 1_000, lat: 0.901 }), false);
  assert.equal(isWorthSending(first, { ...first, atMs: 30_000 }), true);
});

test("what the receiver does not know stays unknown, and metres a second become kilometres an hour", () => {
  const coords = { latitude: 0.9, longitude: 104.4, accuracy: 6, speed: 10, heading: Number.NaN };
  assert.deepEqual(wireOf({ coords, timestamp: Date.parse(AT) }), {
    lat: 0.9,
    lng: 104.4,
    at: AT,
    accuracy_m: 6,
    speed_kph: 36,
    heading: null,
  });
});
