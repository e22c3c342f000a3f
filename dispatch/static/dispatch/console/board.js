/** What the panels show, read from the store. Pure: the store, the moment and the limits come in. */

import { distanceM, durationText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";

export const SPOKEN = new Set(["voice", "pbx"]);
export const FREE = new Set(["available", "available_on_scene", "returning", "move_up"]);
const AT_HOME_M = 60;
const WAITING = new Set(["ringing", "queued"]);
const NEAR_SHARE = 0.75; // of a limit: amber from here
const SAME_INCIDENT_M = 400;

export const byReceived = (a, b) =>
  a.received_at < b.received_at ? -1 : a.received_at > b.received_at ? 1 : 0;

export const isWaiting = (call) => WAITING.has(call.status);

/** Calls nobody has answered, the longest waiting first. */
export function waitingCalls(store) {
  return store.all("calls").filter(isWaiting).sort(byReceived);
}

/** Answered calls that belong to no incident yet; this person's first. */
export function callsInHand(store, viewerId) {
  const own = (call) => (call.answered_by?.id === viewerId ? 0 : 1);
  return store
    .all("calls")
    .filter((call) => call.status === "answered" && !call.incident_id)
    .sort((a, b) => own(a) - own(b) || byReceived(a, b));
}

/**
 * Where the caller most likely is, as the server has worked it out from all evidence; named after the piece that leads.
 * `why` and `against` are those of calls/estimate.py. Null: nothing says where, or hints alone: where the number was
 * before is no place to send anybody until a person says so.
 */
export function placeOf(call) {
  const { estimate } = call;
  if (!estimate || estimate.why === "hint") return null;
  const lead = call.locations.find((one) => one.id === estimate.by[0]);
  return { ...lead, ...estimate };
}

/** The newest words a citizen has written; null for none. */
export function lastWords(call) {
  return call.messages?.findLast?.((message) => message.direction === "in" && message.text)?.text ?? null;
}

export function callsOf(store, incident) {
  return (incident.call_ids ?? []).map((id) => store.get("calls", id)).filter(Boolean);
}

export function assignmentsOf(store, incident) {
  return (incident.assignment_ids ?? []).map((id) => store.get("assignments", id)).filter(Boolean);
}

/** Open incidents: priority (unknown after 2, it may be anything), then the oldest. */
export function incidentsInOrder(store) {
  const rank = (incident) => incident.priority ?? 2.5;
  return store
    .all("incidents")
    .sort(
      (a, b) => rank(a) - rank(b) || (a.opened_at < b.opened_at ? -1 : a.opened_at > b.opened_at ? 1 : 0),
    );
}

/**
 * The limit that runs on an incident: assigning the first unit, then the oldest unacknowledged assignment.
 * @returns {{name: "assign"|"acknowledge", seconds: number, level: "ok"|"near"|"over"}|null}
 */
export function limitOf(store, incident, limits, clock) {
  const assignments = assignmentsOf(store, incident);
  // Nobody on the way any more (refused, taken off) and nobody has been there: it waits since it was opened.
  if (!assignments.length && !incident.first_on_scene_at) {
    return judged("assign", clock.ageS(incident.opened_at), limits.assign_s);
  }
  const open = assignments.filter((row) => row.status === "assigned" || row.status === "notified");
  if (!open.length) return null;
  const oldest = open.map((row) => row.assigned_at).sort()[0];
  return judged("acknowledge", clock.ageS(oldest), limits.acknowledge_s);
}

export function judged(name, seconds, limit) {
  if (seconds === null) return null;
  const level = seconds > limit ? "over" : seconds > limit * NEAR_SHARE ? "near" : "ok";
  return { name, seconds, level };
}

/** Is the unit's position older than the limit, so that it may be wrong? Unknown is not old. */
export function isStale(unit, limits, clock) {
  return Boolean(unit.position) && clock.ageS(unit.position.at) > limits.position_stale_s;
}

/** Does the unit stand in its own yard, as far as a receiver can tell, with nothing to do? */
export function restsAtHome(unit) {
  const metres = distanceM(unit.position, unit.home);
  return !unit.assignment_id && metres !== null && metres <= AT_HOME_M;
}

/** Units by agency in the order of the reference data; agencies unknown to it follow. */
export function unitsByAgency(store, agencies) {
  const groups = new Map(agencies.map((agency) => [agency.code, { ...agency, units: [] }]));
  for (const unit of store.all("units")) {
    if (!groups.has(unit.agency))
      groups.set(unit.agency, { code: unit.agency, name: unit.agency, units: [] });
    groups.get(unit.agency).units.push(unit);
  }
  const collator = new Intl.Collator("en", { numeric: true });
  for (const group of groups.values()) group.units.sort((a, b) => collator.compare(a.callsign, b.callsign));
  return [...groups.values()].filter((group) => group.units.length);
}

/** For what a unit is out: its incident, else its station. */
export function incidentOfUnit(store, unit) {
  const assignment = unit.assignment_id ? store.get("assignments", unit.assignment_id) : null;
  return assignment ? (store.get("incidents", assignment.incident_id) ?? null) : null;
}

/** Open incidents near a position, nearest first: a call may be about the same. */
export function incidentsNear(store, position, { withinM = SAME_INCIDENT_M, max = 3 } = {}) {
  if (!position) return [];
  return store
    .all("incidents")
    .map((incident) => ({ incident, metres: distanceM(position, incident.location) }))
    .filter((row) => row.metres !== null && row.metres <= withinM + (position.radius_m ?? 0))
    .sort((a, b) => a.metres - b.metres)
    .slice(0, max);
}

/** The figures of the top bar. */
export function figures(store, clock) {
  const waiting = waitingCalls(store);
  const units = store.all("units");
  return {
    waiting: waiting.length,
    longestS: waiting.length ? clock.ageS(waiting[0].received_at) : null,
    incidents: store.state.incidents.size,
    free: units.filter((unit) => FREE.has(unit.status) && !unit.assignment_id).length,
    units: units.length,
  };
}

const SEVERITY_RANK = { mayday: 0, critical: 1, warning: 2, notice: 3 };

/** Alarms: unacknowledged first, the worst first, the newest first. */
export function alarmsInOrder(store) {
  return store
    .all("alarms")
    .sort(
      (a, b) =>
        Number(Boolean(a.acknowledged_at)) - Number(Boolean(b.acknowledged_at)) ||
        (SEVERITY_RANK[a.severity] ?? 4) - (SEVERITY_RANK[b.severity] ?? 4) ||
        (a.raised_at < b.raised_at ? 1 : -1),
    );
}

/** The stations that are due at a place, agency by agency in their order: "Mako, then Dompak · Polsek Kota". */
export function cascadeText(answers) {
  const agencies = new Map();
  for (const one of answers) {
    const names = agencies.get(one.agency) ?? [];
    names.push(one.station ?? one.area);
    agencies.set(one.agency, names);
  }
  return [...agencies.values()].map((names) => names.join(" → ")).join(" · ");
}

/** A travel time to the second, for whoever compares two units; null: unknown. */
export function exactly({ eta_s, eta_p90_s }) {
  if (eta_s === null) return null;
  const values = { eta: durationText(eta_s), late: durationText(eta_p90_s) };
  return fill(gettext("Expected %(eta)s; nine of ten arrive within %(late)s."), values);
}
