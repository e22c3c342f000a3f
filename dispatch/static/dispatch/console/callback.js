/** Which calls can be rung back, and how a call of ours goes. Pure. */
import { callStatusName, gettext } from "#realtime/words";
import { SPOKEN } from "#console/board";

const OVER = new Set(["ended", "abandoned"]);

/** @returns {boolean} somebody whose number we know and who is not on the line */
export function canCallBack(call) {
  return Boolean(call?.caller) && (OVER.has(call.status) || !SPOKEN.has(call.channel));
}

/** Of an incident's calls the newest that the caller's side ended, unless somebody is on the line or was called since. */
export function leftInTheMiddle(calls) {
  const spoken = calls.filter((call) => SPOKEN.has(call.channel));
  if (spoken.some((call) => !OVER.has(call.status))) return null;
  const newest = [...spoken].sort((a, b) => (a.received_at < b.received_at ? 1 : -1))[0];
  if (!newest?.caller) return null;
  return newest.left_by_caller || newest.reached === false ? newest : null;
}

/** The state of a call in words: ours say whether somebody was reached. */
export function stateText(call) {
  if (call.direction === "out") {
    if (call.reached === false) return gettext("not reached");
    return call.status === "answered" ? gettext("calling back") : gettext("called back");
  }
  if (call.status === "answered" && call.handed_over_at) return gettext("handed over");
  if (call.status === "answered" && call.key_pressed) return gettext("connected, key pressed");
  if (call.status === "ended" && call.left_by_caller) return gettext("line ended by the caller");
  return callStatusName(call.status);
}
