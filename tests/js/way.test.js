/** The way of an assignment, kept for the time without network. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keepWay, keptWay, streetName } from "#tablet/way";

function shelf() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test("a kept way is that of its assignment alone", () => {
  const store = shelf();
  const way = { points: [[0.9, 104.4]], streets: [], eta_s: 60, atMs: 5 };
  keepWay(store, "a1", way);
  assert.deepEqual(keptWay(store, "a1"), way);
  assert.equal(keptWay(store, "a2"), null);
});

test("a broken or full store keeps nothing and breaks nothing", () => {
  const full = {
    getItem: () => "{",
    setItem: () => {
      throw new Error("full");
    },
  };
  keepWay(full, "a1", { points: [] });
  assert.equal(keptWay(full, "a1"), null);
  assert.equal(keptWay({ getItem: () => '{"assignmentId":"a1","way":{}}' }, "a1"), null);
});

test("a stretch without a name says how it is travelled", () => {
  assert.equal(streetName({ name: "Jl. Merdeka", by: "road" }), "Jl. Merdeka");
  assert.equal(streetName({ name: null, by: "boat" }), "by boat");
  assert.equal(streetName({ name: null, by: "foot" }), "on foot");
  assert.equal(streetName({ name: null, by: "road" }), "road without a name");
});
