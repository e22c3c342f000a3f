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
  const begin = () => {
    if (timer !== null) return;
    button.classList.add("holding");
    timer = setTimeout(() => {
      end();
      act();
    }, HOLD_MS);
  };
  const end = () => {
    clearTimeout(timer ?? undefined);
    timer = null;
    button.classList.remove("holding");
  };
  const keydown = (event) => {
    if (!KEYS.has(event.key)) return;
    event.preventDefault();
    begin();
  };
  const press = (event) => {
    button.setPointerCapture?.(event.pointerId);
    begin();
  };
  const stop = (event) => event.preventDefault();
  const pairs = [
    ["pointerdown", press],
    ["pointerup", end],
    ["pointercancel", end],
    ["keydown", keydown],
    ["keyup", end],
    ["blur", end],
    ["contextmenu", stop],
  ];
  for (const [kind, listener] of pairs) button.addEventListener(kind, listener);
  return () => {
    end();
    for (const [kind, listener] of pairs) button.removeEventListener(kind, listener);
  };
}
