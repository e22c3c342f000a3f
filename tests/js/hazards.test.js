/** Notes on places for the crew's map, kept for the time without network. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { boxAround, keptNotes } from "#tablet/hazards";

test("kept notes are those of their part of the map alone", () => {
  const box = boxAround({ lat: 0.918, lng: 104.466 });
  assert.equal(box, "104.45,0.90,104.49,0.94");
  const store = { getItem: () => JSON.stringify({ box, features: [{ id: "n" }] }) };
  assert.deepEqual(keptNotes(store, box), [{ id: "n" }]);
  assert.deepEqual(keptNotes(store, boxAround({ lat: 1, lng: 104 })), []);
});

test("a broken store holds no notes", () => {
  for (const text of ["{", "null", '{"box":"b","features":3}'])
    assert.deepEqual(keptNotes({ getItem: () => text }, "b"), []);
});
