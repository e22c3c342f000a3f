import assert from "node:assert/strict";
import { test } from "node:test";
import { beatTells, hello, isCompleteRun, nextAction, reconnectDelayMs } from "#realtime/protocol";

test("only the number that follows is applied", () => {
  assert.equal(nextAction(7, { seq: 8 }), "apply");
  assert.equal(nextAction(7, { seq: 7 }), "ignore");
  assert.equal(nextAction(7, { seq: 3 }), "ignore");
  assert.equal(nextAction(7, { seq: 9 }), "resync");
  assert.equal(nextAction(null, { seq: 1 }), "resync");
  assert.equal(nextAction(7, { seq: undefined }), "resync");
});

test("a beat tells of events that have not come", () => {
  assert.equal(beatTells(7, { head_seq: 7 }), "level");
  assert.equal(beatTells(7, { head_seq: 9 }), "behind");
  assert.equal(beatTells(9, { head_seq: 7 }), "level");
});

test("a run with a hole, or that ends too early, is not complete", () => {
  assert.ok(isCompleteRun(3, { events: [{ seq: 4 }, { seq: 5 }], seq: 5 }));
  assert.ok(isCompleteRun(3, { events: [], seq: 3 }));
  assert.ok(!isCompleteRun(3, { events: [{ seq: 5 }], seq: 5 }));
  assert.ok(!isCompleteRun(3, { events: [{ seq: 4 }], seq: 5 }));
});

test("hello names the last event only when there is one", () => {
  assert.ok(!("since" in hello(null)));
  assert.equal(hello(0).since, 0);
});

test("the delay doubles, is spread by chance and never passes five seconds", () => {
  assert.equal(reconnectDelayMs(0, 1), 1800);
  assert.equal(reconnectDelayMs(0, 0), 108);
  assert.equal(reconnectDelayMs(1, 1), 3600);
  for (let attempt = 0; attempt < 50; attempt++) {
    assert.ok(reconnectDelayMs(attempt, 1) <= 5000);
    assert.ok(reconnectDelayMs(attempt, 0) >= 108);
  }
});
