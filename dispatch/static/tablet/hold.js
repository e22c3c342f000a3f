/** A button that acts only after it has been held: a call for help must not come from a knee on the screen. */

export const HOLD_MS = 2_000;
const KEYS = new Set([" ", "Enter"]);

/**
 * @param {HTMLButtonElement} button gets the class `holding` meanwhile
 * @param {() => void} act
 * @returns {() => void} disconnect
 */
export function onHold(button, act) {
  let timer = null;
  let beganAt = 0;
  const begin = (event) => {
    if (timer !== null) return;
    beganAt = event.timeStamp;
    button.classList.add("holding");
    timer = setTimeout(done, HOLD_MS);
  };
  const end = () => {
    clearTimeout(timer ?? undefined);
    timer = null;
    button.classList.remove("holding");
  };
  const done = () => {
    end();
    act();
  };
  // A busy tablet hears of the lifted finger before its own timer: what counts is how long the finger lay there.
  const lift = (event) => {
    if (timer !== null && event.timeStamp - beganAt >= HOLD_MS) done();
    else end();
  };
  const keydown = (event) => {
    if (!KEYS.has(event.key)) return;
    event.preventDefault();
    begin(event);
  };
  const press = (event) => {
    button.setPointerCapture?.(event.pointerId);
    begin(event);
  };
  const stop = (event) => event.preventDefault();
  const pairs = [
    ["pointerdown", press],
    ["pointerup", lift],
    ["pointercancel", end],
    ["keydown", keydown],
    ["keyup", lift],
    ["blur", end],
    ["contextmenu", stop],
  ];
  for (const [kind, listener] of pairs) button.addEventListener(kind, listener);
  return () => {
    end();
    for (const [kind, listener] of pairs) button.removeEventListener(kind, listener);
  };
}
