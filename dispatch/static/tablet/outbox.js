/**
 * What the crew pressed and the centre has not confirmed yet. Every item is on the tablet's storage before the screen
 * shows it, keeps its request id for ever, and leaves in the order in which it was pressed; a call for help first. No DOM.
 */

const ITEMS_MAX = 500; // a shift's work; more means that something else is wrong

/** @typedef {{id: string, name: string, body: object, at: string, silent: boolean}} Item at: the tablet's time */

/** No decision was made about the command, so the item stays. */
const UNDECIDED = new Set(["not_sent", "no_answer", "failed", "too_many_commands"]);
const RETRY_AFTER_MS = 2_000;
const FAILURES_MAX = 30; // one command that the centre fails at must not hold back all that follow for ever

export class Outbox {
  #storage;
  #key;
  #items;
  #send;
  #world;
  #listeners = new Set();
  #sending = false;
  #settling = [];
  #failures = 0;

  /**
   * @param {{storage: Storage, key: string, world: object,
   *   send: (item: Item) => Promise<{ok: boolean, code?: string, detail?: string}>}} options
   */
  constructor({ storage, key, world, send }) {
    this.#storage = storage;
    this.#key = key;
    this.#send = send;
    this.#world = world;
    this.#items = readItems(storage, key);
  }

  /** @returns {readonly Item[]} oldest first */
  get items() {
    return this.#items;
  }

  /** Those a person pressed. */
  get pressed() {
    return this.#items.filter((item) => !item.silent);
  }

  /**
   * What the screen has to add to a board of this number: what waits, and what the centre has done already but whose
   * event is still on its way. Without the latter a pressed button would jump back for a moment.
   * @param {number|null} boardSeq
   */
  ahead(boardSeq) {
    this.#settling = this.#settling.filter((one) => boardSeq === null || one.seq > boardSeq);
    return [...this.#settling.map((one) => one.item), ...this.#items];
  }

  /**
   * @param {{silent?: boolean, urgent?: boolean}} options silent: nobody pressed it, so nobody is shown that it waits;
   *   urgent: it waits behind nothing, a call for help least of all behind a step that the centre fails at
   */
  add(name, body, { silent = false, urgent = false } = {}) {
    const item = {
      id: this.#world.newId(),
      name,
      body,
      at: new Date(this.#world.now()).toISOString(),
      silent,
    };
    const kept = this.#items.slice(1 - ITEMS_MAX);
    this.#items = urgent ? [item, ...kept] : [...kept, item];
    this.#store();
    this.drain();
    return item;
  }

  /** Send what waits, one after the other; stops at the first that gets no answer. */
  async drain() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#items.length) {
        const item = this.#items[0];
        const reply = await this.#send(item);
        if (!reply.ok && this.#staysWaiting(reply.code)) return;
        this.#failures = 0;
        this.#items = this.#items.filter((one) => one.id !== item.id);
        if (reply.ok && reply.seq) this.#settling.push({ item, seq: reply.seq });
        this.#store();
        if (!reply.ok) this.#tell({ refused: item, detail: reply.detail });
      }
    } finally {
      this.#sending = false;
    }
  }

  #staysWaiting(code) {
    if (!UNDECIDED.has(code)) return false;
    if (code === "failed") this.#failures += 1;
    if (this.#failures >= FAILURES_MAX) return false;
    // After a cut the page calls drain() itself as soon as the line is back.
    if (code !== "not_sent") this.#world.setTimeout(() => this.drain(), RETRY_AFTER_MS);
    return true;
  }

  /** @param {(change: {refused?: Item, detail?: string}) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #store() {
    this.#storage.setItem(this.#key, JSON.stringify(this.#items));
    this.#tell({});
  }

  #tell(change) {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

/** A damaged store must not stop a crew from working: it is set aside under another name, not thrown away. */
function readItems(storage, key) {
  const text = storage.getItem(key);
  if (text === null) return [];
  try {
    const items = JSON.parse(text);
    if (Array.isArray(items)) return items;
  } catch {
    // handled below with every other unreadable content
  }
  storage.setItem(`${key}.damaged`, text);
  return [];
}
