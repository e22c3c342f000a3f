import assert from "node:assert/strict";
import { test } from "node:test";
import { applyData, emptyState, pruneForUnit, Store } from "#realtime/store";

/** A store whose frames are drawn when the test says so. */
function storeOf(options = {}) {
  const planned = [];
  const store = new Store({ schedule: (work) => planned.push(work), ...options });
  return { store, draw: () => planned.splice(0).map((work) => work()) };
}

const call = (id, more = {}) => ({ id, status: "ringing", ...more });

test("an event sets whole entities and takes away those that left", () => {
  const { store } = storeOf();
  store.replace({ calls: [call("a"), call("b")] }, 5);
  const data = { set: { calls: [call("a", { status: "answered" }), call("c")] }, gone: { calls: ["b"] } };
  store.apply({ type: "event", seq: 6, name: "call.answered", data });
  assert.deepEqual(
    store.all("calls").map((row) => [row.id, row.status]),
    [
      ["a", "answered"],
      ["c", "ringing"],
    ],
  );
  assert.equal(store.seq, 6);
});

test("a snapshot replaces everything that was known", () => {
  const { store } = storeOf();
  store.replace({ calls: [call("old")], incidents: [{ id: "i" }] }, 1);
  store.replace({ calls: [call("new")] }, 9);
  assert.deepEqual([...store.state.calls.keys()], ["new"]);
  assert.equal(store.state.incidents.size, 0);
});

test("a skip only moves the number on", () => {
  const { store, draw } = storeOf();
  store.replace({ calls: [call("a")] }, 1);
  draw();
  let told = 0;
  store.subscribe(() => told++);
  store.apply({ type: "skip", seq: 2 });
  draw();
  assert.equal(store.seq, 2);
  assert.equal(told, 0);
});

test("listeners are told once for a frame, with every kind that changed in it", () => {
  const { store, draw } = storeOf();
  store.replace({}, 0);
  draw();
  const heard = [];
  store.subscribe((changes, whole) =>
    heard.push([Object.fromEntries([...changes].map(([k, v]) => [k, [...v]])), whole]),
  );
  store.apply({ type: "event", seq: 1, data: { set: { calls: [call("a")] } } });
  store.apply({ type: "event", seq: 2, data: { set: { units: [{ id: "u" }] }, gone: { calls: ["a"] } } });
  draw();
  assert.deepEqual(heard, [[{ calls: ["a"], units: ["u"] }, false]]);
});

test("an older position that was overtaken changes nothing", () => {
  const { store } = storeOf();
  store.replace({ units: [{ id: "u", position: { lat: 1, lng: 2, at: "2026-01-01T00:00:10.000Z" } }] }, 1);
  store.telemetry([{ id: "u", lat: 9, lng: 9, at: "2026-01-01T00:00:05.000Z" }]);
  assert.equal(store.get("units", "u").position.lat, 1);
  store.telemetry([
    { id: "u", lat: 3, lng: 4, at: "2026-01-01T00:00:11.000Z" },
    { id: "unknown", lat: 0, lng: 1, at: "x" },
  ]);
  assert.equal(store.get("units", "u").position.lat, 3);
  assert.equal(store.get("units", "unknown"), undefined);
});

test("a crew keeps its own incidents and who works on them, and no calls", () => {
  const state = emptyState();
  applyData(state, {
    set: {
      calls: [call("c")],
      incidents: [{ id: "mine" }, { id: "other" }],
      assignments: [
        { id: "a1", incident_id: "mine", unit_id: "u1" },
        { id: "a2", incident_id: "mine", unit_id: "u2" },
        { id: "a3", incident_id: "other", unit_id: "u3" },
      ],
      units: [{ id: "u1" }, { id: "u2" }, { id: "u3" }],
      alarms: [
        { id: "x", subject: { kind: "units", id: "u1" } },
        { id: "y", subject: null },
      ],
    },
  });
  pruneForUnit(state, "u1");
  const ids = Object.fromEntries(Object.entries(state).map(([kind, rows]) => [kind, [...rows.keys()]]));
  assert.deepEqual(ids, {
    calls: [],
    incidents: ["mine"],
    units: ["u1", "u2"],
    assignments: ["a1", "a2"],
    alarms: ["x"],
    closures: [],
    hospitals: [],
  });
});

test("a crew's store loses an incident with its last own assignment", () => {
  const { store } = storeOf({ unitId: "u1" });
  store.replace(
    {
      incidents: [{ id: "i" }],
      assignments: [{ id: "a", incident_id: "i", unit_id: "u1" }],
      units: [{ id: "u1" }],
    },
    1,
  );
  store.apply({ type: "event", seq: 2, data: { gone: { assignments: ["a"] } } });
  assert.equal(store.state.incidents.size, 0);
  assert.equal(store.state.units.size, 1);
});
