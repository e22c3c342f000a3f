import assert from "node:assert/strict";
import { test } from "node:test";
import { HOLD_MS, onHold } from "#tablet/hold";

/** A button that hears what the browser would tell it, with the browser's time stamps. */
function aButton() {
  const listeners = new Map();
  const classes = new Set();
  return {
    addEventListener: (kind, listener) => listeners.set(kind, listener),
    removeEventListener: (kind) => listeners.delete(kind),
    classList: { add: (name) => classes.add(name), remove: (name) => classes.delete(name) },
    hears: (kind, timeStamp, more = {}) =>
      listeners.get(kind)({ timeStamp, pointerId: 1, preventDefault: () => undefined, ...more }),
    isHolding: () => classes.has("holding"),
  };
}

test("a call for help goes out while the finger is still on the button", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const button = aButton();
  let calls = 0;
  onHold(button, () => {
    calls += 1;
  });
  button.hears("pointerdown", 100);
  context.mock.timers.tick(HOLD_MS - 1);
  assert.deepEqual([calls, button.isHolding()], [0, true]);
  context.mock.timers.tick(1);
  assert.deepEqual([calls, button.isHolding()], [1, false]);
  button.hears("pointerup", 100 + HOLD_MS + 50);
  assert.equal(calls, 1);
});

test("a tablet too busy to look at its timer still calls for help when the finger lay there long enough", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const button = aButton();
  let calls = 0;
  onHold(button, () => {
    calls += 1;
  });
  button.hears("pointerdown", 100);
  button.hears("pointerup", 100 + HOLD_MS);
  assert.equal(calls, 1);
  context.mock.timers.tick(HOLD_MS);
  assert.equal(calls, 1);
});

test("a knee that leaves the button early calls nobody", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const button = aButton();
  let calls = 0;
  onHold(button, () => {
    calls += 1;
  });
  button.hears("pointerdown", 100);
  button.hears("pointerup", 100 + HOLD_MS - 1);
  context.mock.timers.tick(HOLD_MS);
  assert.deepEqual([calls, button.isHolding()], [0, false]);
});
