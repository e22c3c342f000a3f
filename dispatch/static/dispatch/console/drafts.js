/** What is typed about a call before its incident is opened; kept in this window's session, also over a reload. */

const KEY = "siaga-drafts";
const DRAFTS_MAX = 30;

/** @typedef {{type: string|null, priority: number|null, location: object|null, address: string, landmark: string, note: string}} Draft */

/** @returns {Draft} */
export function emptyDraft() {
  return { type: null, priority: null, location: null, address: "", landmark: "", note: "" };
}

export class Drafts {
  #storage;
  #drafts;

  /** @param {Storage|null} storage */
  constructor(storage = globalThis.sessionStorage ?? null) {
    this.#storage = storage;
    try {
      this.#drafts = new Map(JSON.parse(storage?.getItem(KEY) ?? "[]"));
    } catch {
      this.#drafts = new Map();
    }
  }

  /** @param {string} callId @returns {Draft} */
  of(callId) {
    return this.#drafts.get(callId) ?? emptyDraft();
  }

  change(callId, changes) {
    const draft = { ...this.of(callId), ...changes };
    this.#drafts.delete(callId);
    this.#drafts.set(callId, draft);
    while (this.#drafts.size > DRAFTS_MAX) this.#drafts.delete(this.#drafts.keys().next().value);
    this.#save();
    return draft;
  }

  forget(callId) {
    this.#drafts.delete(callId);
    this.#save();
  }

  #save() {
    try {
      this.#storage?.setItem(KEY, JSON.stringify([...this.#drafts]));
    } catch {
      // A full or forbidden storage costs the draft after a reload, not the work.
    }
  }
}
