/** How the map says what its layers show. Words only, no DOM. */
import { closureName, fill, gettext, ngettext } from "#realtime/words";

const HOUR = 3600; // seconds, as MINUTE
const MINUTE = 60;

const LAYER_NAMES = {
  units: () => gettext("Units"),
  incidents: () => gettext("Incidents"),
  calls: () => gettext("Calls"),
  radii: () => gettext("Radius of calls"),
  closures: () => gettext("Road closures"),
  premises: () => gettext("Notes on places"),
  hospitals: () => gettext("Hospitals"),
  hydrants: () => gettext("Hydrants, AED"),
  kelurahan: () => gettext("Kelurahan"),
  areas: () => gettext("Response areas"),
  coverage: () => gettext("Coverage"),
};
const HOSPITAL_STATES = {
  open: () => gettext("open"),
  busy: () => gettext("busy"),
  full: () => gettext("full"),
  closed: () => gettext("takes nobody"),
};

export const layerName = (key) => LAYER_NAMES[key]?.() ?? key;

/** How old, as short as a map needs it: 8 min, 3 h. @param {number|null} seconds */
export function minutesOld(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < HOUR) return fill(gettext("%(count)s min"), { count: Math.floor(seconds / MINUTE) });
  return fill(gettext("%(count)s h"), { count: Math.floor(seconds / HOUR) });
}

/** "Flooded: tide · until 14:30 · Rina 13:05". @param {(iso: string) => string} time */
export function closureLines(closure, time) {
  const share = Math.round((closure.speed_share ?? 1) * 100);
  const kind = closureName(closure.kind);
  const what = closure.kind === "slow" ? fill(gettext("%(kind)s, %(share)s %"), { kind, share }) : kind;
  const until = closure.valid_to
    ? fill(gettext("until %(at)s"), { at: time(closure.valid_to) })
    : gettext("until further notice");
  return [
    closure.reason ? `${what}: ${closure.reason}` : what,
    `${until} · ${closure.by} ${time(closure.at)}`,
  ];
}

/** On the map: "open · 3", "full", "?". */
export function hospitalText({ state, beds_free: beds }) {
  if (!state) return "?";
  const word = HOSPITAL_STATES[state]?.() ?? state;
  return beds === null || state === "full" ? word : `${word} · ${beds}`;
}

export function hospitalLines(hospital, { age }) {
  const lines = [hospital.name];
  if (!hospital.state) return [...lines, gettext("Nobody has said how full it is.")];
  const word = HOSPITAL_STATES[hospital.state]?.() ?? hospital.state;
  const beds = hospital.beds_free;
  const free =
    beds === null ? null : fill(ngettext("%(count)s bed free", "%(count)s beds free", beds), { count: beds });
  lines.push([word, free, hospital.note].filter(Boolean).join(" · "));
  lines.push(`${hospital.by}, ${fill(gettext("%(age)s ago"), { age: age(hospital.at) })}`);
  return lines;
}

/** What stands behind a layer that is read: nothing while all is well. @param {(ms: number) => string} time */
export function stateText(reading, time) {
  if (reading?.state === "failed")
    return reading.data
      ? fill(gettext("could not be read, as of %(at)s"), { at: time(reading.atMs) })
      : gettext("could not be read");
  if (reading?.state === "reading" && !reading.data) return gettext("reading…");
  return reading?.data?.more ? fill(gettext("%(count)s more"), { count: reading.data.more }) : "";
}
