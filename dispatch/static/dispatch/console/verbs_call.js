/** Commands about calls: answer, say what it was, give back, hang up. Pure. */
import { fill, gettext } from "#realtime/words";
import { act, reading, wrong } from "#console/reading";

export function answer(_words, world) {
  const call = world.nextCall;
  if (!call) return wrong(gettext("Nobody is waiting."));
  const will = gettext("answer the longest waiting call.");
  return reading({ acts: [act("call.answer", { call_id: call.id })], will });
}

/** `iseng`, `hantu`, `info`: what the chosen call was. @param {string} disposition */
export function dispose(disposition, world) {
  const call = world.chosenCall;
  if (!call) return wrong(gettext("Choose a call first."));
  const name = world.callDispositions.find((row) => row.key === disposition)?.name ?? disposition;
  return reading({
    acts: [act("call.dispose", { call_id: call.id, disposition })],
    will: fill(gettext("end the chosen call as “%(how)s”."), { how: name }),
  });
}

/** `posisi`: the link to share the position, to the chosen call's telephone. */
export function share(_words, world) {
  if (!world.chosenCall) return wrong(gettext("Choose a call first."));
  const will = gettext("ask the chosen caller's telephone for its position.");
  return reading({ acts: [act("call.share_location", { call_id: world.chosenCall.id })], will });
}

export function release(_words, world) {
  if (!world.chosenCall) return wrong(gettext("Choose a call first."));
  const will = gettext("give the chosen call back to the queue.");
  return reading({ acts: [act("call.release", { call_id: world.chosenCall.id })], will });
}

export function hangup(_words, world) {
  if (!world.chosenCall) return wrong(gettext("Choose a call first."));
  const will = gettext("hang up the chosen call.");
  return reading({ acts: [act("call.hang_up", { call_id: world.chosenCall.id })], will });
}

const onLine = (name, on, will) => (_words, world) =>
  world.lineCall
    ? reading({ acts: [act(name, { call_id: world.lineCall.id, on })], will: will() })
    : wrong(gettext("Nobody is on your line."));

export const hold = onLine("call.hold", true, () => gettext("put the caller on hold."));
export const resume = onLine("call.hold", false, () => gettext("go on with the caller."));
export const mute = onLine("call.mute", true, () => gettext("mute you."));
export const unmute = onLine("call.mute", false, () => gettext("let you be heard again."));

const ON = new Set(["nyala", "on"]);
const OFF = new Set(["mati", "off"]);

/** `tombol nyala`: a supervisor has every caller asked for a key first. */
export function key(words) {
  const [word] = words;
  if (ON.has(word))
    return reading({
      acts: [act("voice.ask_for_key_first", { on: true })],
      will: gettext("ask every caller for a key first, until you switch it off."),
    });
  if (OFF.has(word))
    return reading({
      acts: [act("voice.ask_for_key_first", { on: false })],
      will: gettext("ask no caller for a key first any more."),
    });
  return wrong(
    gettext("Say on or off."),
    [...OFF, ...ON].map((one) => ({ label: one, insert: one })),
  );
}
