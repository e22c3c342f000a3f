/**
 * How old what a screen shows is, and what follows from it: live, behind or cut; and whether a connection is worth
 * waiting for. Pure: every instant is given.
 */
import { Transit } from "#realtime/time";

// Beats come every second; two that are missing make a screen behind.
export const BEHIND_AFTER_MS = 2_000;
export const CUT_AFTER_MS = 5_000;
const SILENT_MS_MAX = 5_000; // a line that says nothing for so long is half open: a new one is tried
const CONNECT_MS_MAX = 15_000; // a server that has just come back answers thousands

/** @typedef {"live"|"behind"|"cut"} LinkState */

export class Freshness {
  /** Up to here the screen shows what has happened, in ms; null before the first answer. */
  at = null;
  #startedAt = null;

  start(nowMs) {
    this.#startedAt = nowMs;
  }

  /** The screen shows everything up to this instant; an older answer that comes later takes nothing back. */
  shows(instantMs) {
    this.at = Math.max(this.at ?? -Infinity, instantMs);
  }

  /** @returns {number|null} */
  ageMs(nowMs) {
    return this.at === null ? null : Math.max(0, nowMs - this.at);
  }

  /** It follows from the age of the data alone; a closed socket makes them old all by itself. @returns {LinkState} */
  state(nowMs) {
    const ageMs = nowMs - (this.at ?? this.#startedAt);
    if (ageMs > CUT_AFTER_MS) return "cut";
    return ageMs > BEHIND_AFTER_MS || this.at === null ? "behind" : "live";
  }
}

/** One connection: when it was last heard, and how late what it brings is. */
export class Line {
  #heardAt;
  #transit = new Transit();

  constructor(nowMs) {
    this.#heardAt = nowMs;
  }

  /** Any frame: the line works. */
  heard(nowMs) {
    this.#heardAt = nowMs;
  }

  /** @param {string} serverNow of a beat @returns {number} beyond the quickest beat of this line */
  lateMs(serverNow, nowMs) {
    return this.#transit.lateMs(serverNow, nowMs);
  }

  isSlow(lateMs) {
    return lateMs > SILENT_MS_MAX;
  }

  /** @param {{answered: boolean}} options whether the first answer has come */
  isDead(nowMs, { answered }) {
    return nowMs - this.#heardAt > (answered ? SILENT_MS_MAX : CONNECT_MS_MAX);
  }
}
