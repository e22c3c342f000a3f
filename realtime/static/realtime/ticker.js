/**
 * Running times. An element with `data-since` (an instant) shows its age every second; `data-until` stops it at an
 * instant; with `data-limit-s` it becomes `near` from three quarters of the limit on and `over` past it.
 */
import { durationText, secondsBetween } from "#realtime/time";

const TICK_MS = 1_000;
const NEAR_SHARE = 0.75;

/** @param {number | null} seconds @param {number | null} limitS @returns {"" | "near" | "over"} */
export function againstLimit(seconds, limitS) {
  if (seconds === null || limitS === null || !Number.isFinite(limitS)) return "";
  if (seconds > limitS) return "over";
  return seconds >= limitS * NEAR_SHARE ? "near" : "";
}

export class Ticker {
  #clock;
  #timer = null;
  #listeners = new Set();

  /** @param {import("./time.js").Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  connect() {
    this.#timer ??= setInterval(() => this.tick(), TICK_MS);
  }

  disconnect() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** @param {() => void} listener called every second @returns {() => void} */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tick() {
    this.fill(document);
    for (const listener of this.#listeners) listener();
  }

  /** Write the times inside `root` now, for rows that have just been made. @param {ParentNode} root */
  fill(root) {
    for (const element of root.querySelectorAll("[data-since]")) this.#write(element);
  }

  #write(element) {
    const { since, until, limitS } = element.dataset;
    const seconds = until ? secondsBetween(since, until) : this.#clock.ageS(since);
    const text = durationText(seconds);
    if (element.textContent !== text) element.textContent = text;
    if (limitS === undefined) return;
    const state = againstLimit(seconds, Number(limitS));
    element.classList.toggle("near", state === "near");
    element.classList.toggle("over", state === "over");
  }
}
