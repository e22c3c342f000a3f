/** Time and quantities as people read them. Pure but for `Clock.now`, whose source can be given. */

const MINUTE_S = 60;
const HOUR_S = 3600;
const KILOMETRE_M = 1000;

/** The server's clock as far as the beats tell it. */
export class Clock {
  #source;
  /** server minus this computer */
  skewMs = 0;

  constructor(source = () => Date.now()) {
    this.#source = source;
  }

  /** @param {string} serverNow ISO instant of a beat that has just come in */
  learn(serverNow) {
    const server = Date.parse(serverNow);
    if (Number.isFinite(server)) this.skewMs = server - this.#source();
  }

  now() {
    return this.#source() + this.skewMs;
  }

  /** Whole seconds since an ISO instant; null when it is unknown. */
  ageS(iso) {
    return iso ? Math.max(0, Math.floor((this.now() - Date.parse(iso)) / 1000)) : null;
  }
}

/**
 * How late frames of one socket come. Nobody knows how long the quickest was under way; one that comes seconds later
 * than the quickest has waited in a line that is too slow, and so has all that it tells.
 */
export class Transit {
  #quickest = -Infinity;

  /** @param {string} serverNow ISO instant of the sending @param {number} nowMs of a clock that nobody sets */
  lateMs(serverNow, nowMs) {
    const lead = Date.parse(serverNow) - nowMs;
    if (!Number.isFinite(lead)) return 0;
    this.#quickest = Math.max(this.#quickest, lead);
    return this.#quickest - lead;
  }
}

/** `mm:ss`, from one hour `h:mm:ss`; unknown is a dash. @param {number|null} seconds */
export function durationText(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const minutes = `${two(Math.floor((whole % HOUR_S) / MINUTE_S))}:${two(whole % MINUTE_S)}`;
  return whole < HOUR_S ? minutes : `${Math.floor(whole / HOUR_S)}:${minutes}`;
}

/** `6–9`, in minutes: expected, and what nine of ten keep; unknown is null. @param {number|null} seconds */
export function minutesRangeText(seconds, most) {
  if (seconds === null || seconds === undefined) return null;
  const least = Math.max(1, Math.round(seconds / MINUTE_S));
  const longest = Math.max(least, Math.ceil((most ?? seconds) / MINUTE_S));
  return longest > least ? `${least}–${longest}` : `${least}`;
}

/** Seconds between two ISO instants; null when one is unknown. */
export function secondsBetween(fromIso, toIso) {
  return fromIso && toIso ? Math.floor((Date.parse(toIso) - Date.parse(fromIso)) / 1000) : null;
}

const formats = new Map();

function format(locale, timeZone, options) {
  const key = `${locale}|${timeZone}|${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { timeZone, ...options }));
  return formats.get(key);
}

/** `21:17:42` in the city's zone, the same in every language. @param {string|number|null} instant ISO or ms */
export function clockText(instant, timeZone, { seconds = true } = {}) {
  const date = new Date(instant ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return "–";
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) options.second = "2-digit";
  return format("en-GB", timeZone, options).format(date);
}

/** "12 Mar 2026" of an instant, in the city's zone. */
export function dayText(instant, timeZone, language) {
  const options = { day: "numeric", month: "short", year: "numeric" };
  return format(language, timeZone, options).format(new Date(instant));
}

/** `Sel 24 Nov 2026 · WIB` */
export function dateText(instant, timeZone, language) {
  const parts = format(language, timeZone, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZoneName: "short",
  }).formatToParts(new Date(instant));
  const part = (type) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month")} ${part("year")} · ${part("timeZoneName")}`;
}

/** A number with the language's decimal sign. */
export function numberText(value, language, digits = 0) {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `180 m`, `1,1 km` */
export function distanceText(metres, language) {
  if (metres === null || metres === undefined) return "–";
  if (metres < KILOMETRE_M) return `${Math.round(metres)} m`;
  return `${numberText(metres / KILOMETRE_M, language, metres < 10 * KILOMETRE_M ? 1 : 0)} km`;
}

/** `± 180 m`; a radius nobody knows is written as such by the caller. */
export function radiusText(metres, language) {
  return metres === null || metres === undefined ? "± ?" : `± ${distanceText(metres, language)}`;
}

/** Metres between two {lat, lng} on the sphere; null when one is unknown. */
export function distanceM(a, b) {
  if (!a || !b) return null;
  const rad = Math.PI / 180;
  const dLat = (b.lat - a.lat) * rad;
  const dLng = (b.lng - a.lng) * rad;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLng / 2) ** 2;
  return 2 * 6371008.8 * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** `0812 7011 0042` for Indonesian numbers, others as they came; null stays null. */
export function phoneText(number) {
  if (!number) return null;
  const local = number.startsWith("+62") ? `0${number.slice(3)}` : number;
  if (!/^\d{8,14}$/.test(local)) return local;
  return local.replace(/^(\d{4})(\d{4})?(\d*)$/, (_all, a, b, c) => [a, b, c].filter(Boolean).join(" "));
}
