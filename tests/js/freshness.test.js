import assert from "node:assert/strict";
import { test } from "node:test";
import { BEHIND_AFTER_MS, CUT_AFTER_MS, Freshness, Line } from "#realtime/freshness";

/** @param {number} atMs */
function shownUpTo(atMs) {
  const freshness = new Freshness();
  freshness.start(0);
  freshness.shows(atMs);
  return freshness;
}

test("a screen says behind after two seconds and cut after five, at those instants and not before", () => {
  const freshness = shownUpTo(1_000);

  assert.equal(freshness.state(1_000 + BEHIND_AFTER_MS), "live");
  assert.equal(freshness.state(1_001 + BEHIND_AFTER_MS), "behind");
  assert.equal(freshness.state(1_000 + CUT_AFTER_MS), "behind");
  assert.equal(freshness.state(1_001 + CUT_AFTER_MS), "cut");
});

test("before the first answer a screen is behind, and cut when none comes", () => {
  const freshness = new Freshness();
  freshness.start(10_000);

  assert.equal(freshness.state(10_000), "behind");
  assert.equal(freshness.ageMs(10_000), null);
  assert.equal(freshness.state(10_001 + CUT_AFTER_MS), "cut");
});

test("an answer that is older than what is shown takes nothing back", () => {
  const freshness = shownUpTo(9_000);
  freshness.shows(2_000);

  assert.equal(freshness.ageMs(9_500), 500);
});

test("a connection that has answered is dead after five silent seconds, one that has not after fifteen", () => {
  const line = new Line(0);
  line.heard(1_000);

  assert.equal(line.isDead(6_000, { answered: true }), false);
  assert.equal(line.isDead(6_001, { answered: true }), true);
  assert.equal(line.isDead(16_000, { answered: false }), false);
  assert.equal(line.isDead(16_001, { answered: false }), true);
});
