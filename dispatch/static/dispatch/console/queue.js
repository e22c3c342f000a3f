/**
 * In which order waiting callers are answered, and which calls are one entry. Pure.
 *
 * 0. Whose dispatcher was lost: they have been answered once, and were cut off. 1. Everybody by age. 2. Restricted
 * numbers that have pressed a key. 3. Restricted numbers, and numbers that call again and again, without a key. F1 takes
 * who speaks before who writes. Whoever has waited for LOWERED_S has the place of their age: nobody starves. Calls of one
 * number are one entry, with the place of the oldest.
 */
import { byReceived, isWaiting, SPOKEN } from "#console/board";

export const LOWERED_S = 180;

/** The lowest is answered first. */
function rank(call, clock) {
  if (call.returned_at) return -1;
  const lowered =
    (call.restricted || (call.burst && !call.key_pressed)) && clock.ageS(call.received_at) < LOWERED_S;
  if (!lowered) return 0;
  return call.key_pressed ? 1 : 2;
}

/** @returns {{call: any, others: number}[]} in the order of `calls`, one for each number; unknown ones stay apart */
function collapsed(calls) {
  const entries = new Map();
  for (const call of calls) {
    const known = entries.get(call.caller || call.id);
    if (known) known.others += 1;
    else entries.set(call.caller || call.id, { call, others: 0 });
  }
  return [...entries.values()];
}

/** Who waits. @returns {{call: any, others: number}[]} */
export function queueOf(store, clock) {
  // Of one number's calls the one that was cut off speaks for all.
  const cutOff = (a, b) => Number(Boolean(b.returned_at)) - Number(Boolean(a.returned_at));
  const calls = store.all("calls").filter(isWaiting);
  const waiting = collapsed(calls.sort((a, b) => cutOff(a, b) || byReceived(a, b)));
  return waiting.sort((a, b) => rank(a.call, clock) - rank(b.call, clock));
}

/**
 * The one F1 answers: of those whose turn it is the longest waiting voice; whoever writes comes before it when they have
 * waited longer than that voice, and for LOWERED_S.
 */
export function nextToAnswer(store, clock) {
  const calls = queueOf(store, clock).map((entry) => entry.call);
  const turn = calls.filter((call) => rank(call, clock) === rank(calls[0], clock));
  const spoken = turn.find((call) => SPOKEN.has(call.channel));
  const written = turn.find((call) => !SPOKEN.has(call.channel));
  if (!spoken || !written) return calls[0] ?? null;
  const isDue = byReceived(written, spoken) < 0 && clock.ageS(written.received_at) >= LOWERED_S;
  return isDue ? written : spoken;
}

/** Calls that ended and of which nobody has said what they were: one for each number, the oldest. */
export function toCallBack(store) {
  const over = (call) => (call.status === "abandoned" || call.status === "ended") && !call.incident_id;
  return collapsed(store.all("calls").filter(over).sort(byReceived));
}
