/** The words of the socket `/ws/v1/` as the browser needs them. Pure: no DOM, no clock, no network. */
import { follows, isEventNumber, sameNumber } from "#realtime/wire";

export const PROTOCOL_VERSION = 1;
const RECONNECT_MS_FIRST = 1800;
const RECONNECT_SHARE_MIN = 0.06;
const RECONNECT_MS_MAX = 5000;
const RECONNECT_DOUBLINGS_MAX = 10;
export const KINDS = Object.freeze([
  "calls",
  "incidents",
  "units",
  "assignments",
  "alarms",
  "closures",
  "hospitals",
]);

/** Codes with which the server closes a socket (realtime/protocol.py). */
export const CLOSE = Object.freeze({
  NOT_SIGNED_IN: 4401,
  FORBIDDEN: 4403,
  BAD_FRAME: 4400,
  TOO_SLOW: 4408,
  TOO_MANY_FRAMES: 4429,
  HELLO_EXPECTED: 4409,
  RESTARTING: 1012,
  TRY_LATER: 1013,
});

/**
 * What to do with a numbered frame (event or skip).
 * @param {number|bigint|null} lastSeq number of the last event applied; null before the first answer to hello
 * @param {{seq: number|bigint}} frame
 * @returns {"apply"|"ignore"|"resync"}
 */
export function nextAction(lastSeq, frame) {
  if (lastSeq === null || !isEventNumber(frame.seq)) return "resync";
  if (frame.seq <= lastSeq) return "ignore";
  return follows(lastSeq, frame.seq) ? "apply" : "resync";
}

/**
 * What a beat tells. "behind" is no fault yet: events with these numbers may be on their way behind it.
 * @param {number|bigint|null} lastSeq
 * @param {{head_seq: number|bigint}} beat
 * @returns {"level"|"behind"}
 */
export function beatTells(lastSeq, beat) {
  return lastSeq !== null && beat.head_seq > lastSeq ? "behind" : "level";
}

/**
 * Is the run of an "events" answer complete from `since` to its `seq`?
 * @param {number|bigint|null} since
 * @param {{events: {seq: number|bigint}[], seq: number|bigint}} frame
 */
export function isCompleteRun(since, frame) {
  let last = since;
  for (const event of frame.events) {
    if (nextAction(last, event) !== "apply") return false;
    last = event.seq;
  }
  return sameNumber(last, frame.seq);
}

/** The first frame of a socket. @param {number|bigint|null} since */
export function hello(since) {
  const frame = { id: 0, type: "hello", protocol: PROTOCOL_VERSION };
  return since === null ? frame : { ...frame, since };
}

/**
 * The delay before the n-th reconnection: by chance from nearly nothing up to a bound that doubles, never longer than
 * `maxMs`. A restarted server is met by thousands of screens at once, and callers must get through between them.
 * @param {number} attempt 0 for the first
 * @param {number} chance 0..1
 */
export function reconnectDelayMs(
  attempt,
  chance,
  { baseMs = RECONNECT_MS_FIRST, maxMs = RECONNECT_MS_MAX } = {},
) {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, RECONNECT_DOUBLINGS_MAX));
  return Math.round(full * (RECONNECT_SHARE_MIN + chance * (1 - RECONNECT_SHARE_MIN)));
}
