/** Which fixes of the tablet's receiver are worth sending. The decision is pure; `watchPosition` is the browser's. */
import { distanceM } from "#realtime/time";

export const SEND_EVERY_MS = 5_000; // while moving
export const SEND_STILL_MS = 30_000; // standing: often enough to be seen alive
export const MOVED_M = 10;
const FIX_TIMEOUT_MS = 20_000;
const KPH_PER_MPS = 3.6;

/**
 * @param {{atMs: number, lat: number, lng: number}|null} last the last one sent
 * @param {{atMs: number, lat: number, lng: number}} fix
 */
export function isWorthSending(last, fix) {
  if (last === null) return true;
  const sinceMs = fix.atMs - last.atMs;
  if (sinceMs >= SEND_STILL_MS) return true;
  return sinceMs >= SEND_EVERY_MS && distanceM(last, fix) >= MOVED_M;
}

/** A browser's position in the words of the socket; unknown stays null. */
export function wireOf({ coords, timestamp }) {
  return {
    lat: coords.latitude,
    lng: coords.longitude,
    at: new Date(timestamp).toISOString(),
    accuracy_m: coords.accuracy ?? null,
    speed_kph: coords.speed === null || Number.isNaN(coords.speed) ? null : coords.speed * KPH_PER_MPS,
    heading: coords.heading === null || Number.isNaN(coords.heading) ? null : coords.heading,
  };
}

export class Positions {
  /** @type {{lat: number, lng: number, accuracy_m: number|null, at: string}|null} */
  latest = null;
  /** @type {"off"|"waiting"|"on"|"denied"} */
  state = "off";
  #geolocation;
  #send;
  #tell;
  #sent = null;
  #watch = null;

  /** @param {{geolocation: Geolocation|undefined, send: (position: object) => boolean, tell: () => void}} options */
  constructor({ geolocation, send, tell }) {
    this.#geolocation = geolocation;
    this.#send = send;
    this.#tell = tell;
  }

  start() {
    if (!this.#geolocation || this.#watch !== null) return;
    this.state = "waiting";
    this.#watch = this.#geolocation.watchPosition(
      (position) => this.#take(position),
      (error) => this.#fail(error),
      { enableHighAccuracy: true, maximumAge: 2_000, timeout: FIX_TIMEOUT_MS },
    );
  }

  stop() {
    if (this.#watch !== null) this.#geolocation.clearWatch(this.#watch);
    this.#watch = null;
  }

  #take(position) {
    const wire = wireOf(position);
    this.latest = wire;
    this.state = "on";
    const fix = { atMs: position.timestamp, lat: wire.lat, lng: wire.lng };
    if (isWorthSending(this.#sent, fix) && this.#send(wire)) this.#sent = fix;
    this.#tell();
  }

  #fail(error) {
    const DENIED = 1;
    this.state = error.code === DENIED ? "denied" : "waiting";
    this.#tell();
  }
}
