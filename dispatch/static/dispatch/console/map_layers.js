/** The layers of the map: which there are, which this person wants to see, and when one is read again. No DOM. */

const KEY = "map.layers"; // of one person: a browser is shared by three shifts
export const COVERAGE_MINUTES = [5, 8, 10, 15];
const MINUTES_AT_FIRST = 8;
const RETRY_MS = 5_000;
const GAP_MS = 10_000; // the board may change many times a minute; what is worked out from it is read no oftener
const BOX_STEP = 0.02; // degrees: a map that is pushed a little asks for the same box

/**
 * In the order of the control. `tiles` are kinds of the city's own map, `reads` layers are asked of the service and
 * read again after so many milliseconds (`isOfView`: for the part of the map that is seen, so what was read for the
 * part beside it is still true); all others come with the board.
 */
export const LAYERS = [
  { key: "units", isOn: true },
  { key: "incidents", isOn: true },
  { key: "calls", isOn: true },
  { key: "radii", isOn: false },
  { key: "closures", isOn: true },
  { key: "premises", isOn: true, reads: 60_000, isOfView: true },
  { key: "hospitals", isOn: true },
  { key: "hydrants", isOn: true, tiles: ["hydrant", "aed"] },
  { key: "kelurahan", isOn: true, tiles: ["kelurahan"] },
  { key: "areas", isOn: false, reads: 600_000 },
  { key: "coverage", isOn: false, reads: 60_000 },
];
const KEYS = new Set(LAYERS.map((layer) => layer.key));

/** What this person has switched on, kept in this browser. */
export class LayerChoice {
  #store;
  #key;
  #on = new Map(LAYERS.map((layer) => [layer.key, layer.isOn]));
  agency = "";
  minutes = MINUTES_AT_FIRST;

  /** @param {{getItem: (key: string) => string|null, setItem: (key: string, value: string) => void}} store */
  constructor(store, person = "") {
    this.#store = store;
    this.#key = `${KEY}.${person}`;
    this.#load();
  }

  isOn(key) {
    return this.#on.get(key) === true;
  }

  set(key, isOn) {
    if (!KEYS.has(key)) return;
    this.#on.set(key, Boolean(isOn));
    this.#keep();
  }

  /** An agency the reference data no longer knows is none. */
  agencyOf(agencies) {
    return agencies.some((one) => one.code === this.agency) ? this.agency : (agencies[0]?.code ?? "");
  }

  pick({ agency = this.agency, minutes = this.minutes }) {
    this.agency = agency;
    if (COVERAGE_MINUTES.includes(minutes)) this.minutes = minutes;
    this.#keep();
  }

  /** The kinds of the city's own map that are not drawn. @returns {Set<string>} */
  hiddenKinds() {
    const off = LAYERS.filter((layer) => layer.tiles && !this.isOn(layer.key));
    return new Set(off.flatMap((layer) => layer.tiles));
  }

  #load() {
    let kept = null;
    try {
      kept = JSON.parse(this.#store.getItem(this.#key) ?? "null");
    } catch {
      return; // what another version or another hand wrote there
    }
    for (const [key, isOn] of Object.entries(kept?.on ?? {}))
      if (KEYS.has(key) && typeof isOn === "boolean") this.#on.set(key, isOn);
    if (typeof kept?.agency === "string") this.agency = kept.agency;
    if (COVERAGE_MINUTES.includes(kept?.minutes)) this.minutes = kept.minutes;
  }

  #keep() {
    const { agency, minutes } = this;
    try {
      this.#store.setItem(this.#key, JSON.stringify({ on: Object.fromEntries(this.#on), agency, minutes }));
    } catch {
      // A full or forbidden store: the choice holds until the page is left.
    }
  }
}

/** Where a layer is read; null for one that needs no reading now. */
export function addressOf(key, { agency, minutes, box }) {
  if (key === "premises") return box ? `/api/v1/premises?bbox=${boxText(box)}` : null;
  if (key === "areas") return agency ? `/api/v1/response-areas?agency=${encodeURIComponent(agency)}` : null;
  if (key === "coverage") return `/api/v1/coverage?minutes=${minutes}`;
  return null;
}

/** west,south,east,north, rounded outwards. */
function boxText({ west, south, east, north }) {
  const out = (value, round, most) =>
    Math.min(most, Math.max(-most, round(value / BOX_STEP) * BOX_STEP)).toFixed(2);
  const { floor, ceil } = Math;
  return [out(west, floor, 180), out(south, floor, 90), out(east, ceil, 180), out(north, ceil, 90)].join(",");
}

/** What coverage is worked out from: who is free, and which roads are closed. */
export function coverageVersion(store) {
  const units = store.all("units").map((unit) => `${unit.id}:${unit.status}`);
  return [...units, ...store.all("closures").map((one) => one.id)].sort().join(" ");
}

/** One layer that is asked of the service. What was read stays until something newer is there, and says when it failed. */
export class Reading {
  /** @type {any} the last good answer for the wanted address */
  data = null;
  /** @type {"off"|"reading"|"good"|"failed"} */
  state = "off";
  /** @type {number|null} when the data was read */
  atMs = null;
  #address = null;
  #version = "";
  #askedMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  constructor({ everyMs, read, tell, isOfView = false }) {
    Object.assign(this, { everyMs, read, tell, isOfView });
  }

  /** Called often: asks only when it is due. @param {string|null} address null: switched off */
  want(address, version, nowMs) {
    if (address !== this.#address) this.#turnTo(address);
    if (address === null || this.#isAsking || !this.#isDue(version, nowMs)) return;
    this.#ask(address, version, nowMs);
  }

  #turnTo(address) {
    this.#address = address;
    this.#askedMs = Number.NEGATIVE_INFINITY;
    this.#isAsking = false; // an answer that is still on its way is for another address and is dropped
    if (address === null || !this.isOfView) this.data = this.atMs = null;
    this.state = address === null ? "off" : "reading";
  }

  #isDue(version, nowMs) {
    const waitedMs = nowMs - this.#askedMs;
    if (this.state === "failed") return waitedMs >= RETRY_MS;
    return waitedMs >= (version === this.#version ? this.everyMs : GAP_MS);
  }

  async #ask(address, version, nowMs) {
    this.#isAsking = true;
    this.#askedMs = nowMs;
    const found = await this.read(address).catch(() => null);
    if (address !== this.#address) return;
    this.#isAsking = false;
    this.state = found === null ? "failed" : "good";
    if (found !== null) {
      this.data = found;
      this.atMs = nowMs;
      this.#version = version;
    }
    this.tell();
  }
}
