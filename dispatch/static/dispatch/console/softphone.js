/**
 * The telephone in this browser, behind one small face; which one it is nobody else knows.
 *
 * @typedef {"off"|"starting"|"no_microphone"|"not_registered"|"ready"|"in_call"} LineState
 * @typedef {{
 *   state: LineState,
 *   onChange: (listener: () => void) => void,
 *   start: () => Promise<void>,
 *   stop: () => void,
 *   follow: (line: {call: any, row: any}|null) => void,
 * }} Softphone `follow` is told at every drawing in which call this person is: the telephone takes the call that was
 *   answered here, mutes itself as the line says, and hangs up what is this person's no more.
 */

/** A telephone that is none: dispatchers are rung at a desk phone. @returns {Softphone} */
function noPhone() {
  return { state: "off", onChange() {}, start: async () => {}, stop() {}, follow() {} };
}

/** For the emulator: whoever is rung is connected, no sound is carried. @returns {Softphone} */
export function emulatedPhone() {
  const listeners = new Set();
  const phone = {
    state: "off",
    onChange: (listener) => listeners.add(listener),
    start: async () => change("ready"),
    stop: () => change("off"),
    follow(line) {
      if (phone.state === "off") return;
      change(line?.row?.device === "browser" && line.row.state === "in" ? "in_call" : "ready");
    },
  };
  function change(state) {
    if (phone.state === state) return;
    phone.state = state;
    for (const listener of listeners) listener();
  }
  return phone;
}

/** @param {"twilio"|"emulator"|"none"} kind @returns {Promise<Softphone>} */
export async function makeSoftphone(kind) {
  if (kind === "emulator") return emulatedPhone();
  if (kind === "twilio") return (await import("#console/softphone_twilio")).twilioPhone();
  return noPhone();
}
