import assert from "node:assert/strict";
import { test } from "node:test";
import { Seen } from "#tablet/seen";

const ASSIGNMENT = { id: "a1", seen_at: null };

function watched() {
  const told = [];
  return { told, seen: new Seen((assignment) => told.push(assignment.id)) };
}

test("a tablet that shows an assignment to nobody has not been seen", () => {
  const { told, seen } = watched();

  seen.drawn(ASSIGNMENT, true);

  assert.deepEqual(told, []);
});

test("a finger on the page that shows it is seen, once however often", () => {
  const { told, seen } = watched();
  seen.drawn(ASSIGNMENT, true);

  seen.attended(true);
  seen.attended(true);
  seen.drawn({ ...ASSIGNMENT }, true);
  seen.attended(true);

  assert.deepEqual(told, ["a1"]);
});

test("a page in the background, or another screen before it, is not seen", () => {
  const { told, seen } = watched();

  seen.drawn(ASSIGNMENT, true);
  seen.attended(false);
  seen.drawn(ASSIGNMENT, false);
  seen.attended(true);

  assert.deepEqual(told, []);
});

test("without an assignment nothing is seen, and what the centre knows is not told again", () => {
  const { told, seen } = watched();

  seen.drawn(null, true);
  seen.attended(true);
  seen.drawn({ id: "a2", seen_at: "2026-11-24T05:00:00Z" }, true);
  seen.attended(true);

  assert.deepEqual(told, []);
});

test("the next assignment is seen for itself", () => {
  const { told, seen } = watched();
  seen.drawn(ASSIGNMENT, true);
  seen.attended(true);

  seen.drawn({ id: "a2", seen_at: null }, true);
  seen.attended(true);

  assert.deepEqual(told, ["a1", "a2"]);
});
