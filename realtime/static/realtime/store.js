/**
 * The board as this browser knows it. One way: frames come in, listeners are told, nobody else writes.
 * No DOM; `schedule` is given, so that tests decide when a frame is drawn.
 */
import { KINDS } from "#realtime/protocol";

/** @typedef {Record<string, Map<string, any>>} State kind -> id -> entity */
/** @typedef {Map<string, Set<string>>} Changes kind -> ids that changed or left */

const HIDDEN_FRAME_MS = 250; // a hidden tab gets no animation frames; its sounds must still come

/** @returns {State} */
export function emptyState() {
  return Object.fromEntries(KINDS.map((kind) => [kind, new Map()]));
}

/**
 * Apply the data of one event in place; returns what it touched.
 * @param {State} state
 * @param {{set?: object, gone?: object}} data
 * @returns {Changes}
 */
export function applyData(state, data) {
  const changes = new Map();
  const touch = (kind, id) => {
    if (!changes.has(kind)) changes.set(kind, new Set());
    changes.get(kind).add(id);
  };
  for (const [kind, rows] of Object.entries(data.set ?? {})) {
    for (const row of rows) {
      state[kind]?.set(row.id, row);
      touch(kind, row.id);
    }
  }
  for (const [kind, ids] of Object.entries(data.gone ?? {})) {
    for (const id of ids) {
      if (state[kind]?.delete(id)) touch(kind, id);
    }
  }
  return changes;
}

/**
 * Take away what a crew may not keep: incidents without an active assignment of its unit and what belongs to them.
 * @param {State} state
 * @param {string} unitId
 * @returns {Changes} what left
 */
export function pruneForUnit(state, unitId) {
  const own = new Set();
  for (const row of state.assignments.values()) if (row.unit_id === unitId) own.add(row.incident_id);
  const changes = new Map();
  const keepOnly = (kind, keeps) => {
    for (const row of [...state[kind].values()]) {
      if (keeps(row)) continue;
      state[kind].delete(row.id);
      if (!changes.has(kind)) changes.set(kind, new Set());
      changes.get(kind).add(row.id);
    }
  };
  keepOnly("calls", () => false);
  keepOnly("incidents", (row) => own.has(row.id));
  keepOnly("assignments", (row) => state.incidents.has(row.incident_id));
  const crews = new Set([unitId]);
  for (const row of state.assignments.values()) crews.add(row.unit_id);
  keepOnly("units", (row) => crews.has(row.id));
  keepOnly("alarms", (row) => row.subject?.id === unitId);
  return changes;
}

/** Runs `work` in the next animation frame, or soon when the page is hidden. */
export function nextFrame(work) {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    work();
  };
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(once);
  setTimeout(once, HIDDEN_FRAME_MS);
}

export class Store {
  /** @type {number|bigint|null} number of the last event applied */
  seq = null;
  /** @type {State} */
  state = emptyState();
  #listeners = new Set();
  #eventListeners = new Set();
  #changes = new Map();
  #whole = false;
  #scheduled = false;
  #schedule;
  #unitId;

  /** @param {{unitId?: string|null, schedule?: (work: () => void) => void}} options unitId: prune as for this crew */
  constructor({ unitId = null, schedule = nextFrame } = {}) {
    this.#unitId = unitId;
    this.#schedule = schedule;
  }

  /** The whole board from a snapshot. */
  replace(snapshot, seq) {
    const state = emptyState();
    for (const kind of KINDS) for (const row of snapshot[kind] ?? []) state[kind].set(row.id, row);
    this.state = state;
    this.seq = seq;
    if (this.#unitId) pruneForUnit(this.state, this.#unitId);
    this.#whole = true;
    this.#plan();
  }

  /** One event or skip whose number follows. */
  apply(event) {
    this.seq = event.seq;
    if (event.type === "skip" || !event.data) return;
    this.#merge(applyData(this.state, event.data));
    if (this.#unitId) this.#merge(pruneForUnit(this.state, this.#unitId));
    for (const listener of this.#eventListeners) listener(event);
  }

  /** Positions: the newest wins, an older one that was overtaken changes nothing. */
  telemetry(units) {
    for (const { id, ...position } of units) {
      const unit = this.state.units.get(id);
      if (!unit || (unit.position?.at && unit.position.at > position.at)) continue;
      this.state.units.set(id, { ...unit, position });
      this.#merge(new Map([["units", new Set([id])]]));
    }
  }

  get(kind, id) {
    return this.state[kind].get(id);
  }

  /** @returns {any[]} */
  all(kind) {
    return [...this.state[kind].values()];
  }

  /**
   * Told at most once for each drawn frame. `whole` is true after a snapshot: everything may have changed.
   * @param {(changes: Changes, whole: boolean) => void} listener
   * @returns {() => void} stop listening
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told at once of every event, for sounds and words; never after a snapshot. */
  onEvent(listener) {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  #merge(changes) {
    for (const [kind, ids] of changes) {
      const known = this.#changes.get(kind) ?? new Set();
      for (const id of ids) known.add(id);
      this.#changes.set(kind, known);
    }
    if (changes.size) this.#plan();
  }

  #plan() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.#tell());
  }

  #tell() {
    const [changes, whole] = [this.#changes, this.#whole];
    this.#scheduled = this.#whole = false;
    this.#changes = new Map();
    for (const listener of [...this.#listeners]) listener(changes, whole);
  }
}
