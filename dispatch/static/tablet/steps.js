/** One assignment as the crew walks through it. Pure: no DOM, no clock, no network. */
import { gettext } from "#realtime/words";

/** What may follow, as in the server's table (dispatch/engine/assignments.py); the server still decides. */
const ALLOWED = {
  assigned: ["acknowledged", "en_route", "on_scene", "refused"],
  notified: ["acknowledged", "en_route", "on_scene", "refused"],
  acknowledged: ["en_route", "on_scene", "refused"],
  en_route: ["on_scene", "refused"],
  on_scene: ["transporting", "clear"],
  transporting: ["at_destination", "clear"],
  at_destination: ["clear"],
  clear: [],
  cancelled: [],
  refused: [],
};
const PLAIN = ["acknowledged", "en_route", "on_scene", "clear"];
const TRANSPORT = ["acknowledged", "en_route", "on_scene", "transporting", "at_destination", "clear"];
const ENDED = new Set(["clear", "cancelled", "refused"]);

const VERBS = {
  acknowledged: () => gettext("ACCEPT"),
  en_route: () => gettext("LEAVE NOW"),
  on_scene: () => gettext("ARRIVED ON SCENE"),
  transporting: () => gettext("TRANSPORT PATIENT"),
  at_destination: () => gettext("ARRIVED AT DESTINATION"),
  clear: () => gettext("DONE, AVAILABLE"),
};

export const verbOf = (status) => VERBS[status]?.() ?? status;

/** @param {{capabilities?: string[]}|undefined} unit */
export const carriesPatients = (unit) =>
  (unit?.capabilities ?? []).some((key) => key === "transport" || key === "boat_transport");

/** The steps in their order, as drawn. */
export const stepsOf = (unit) => (carriesPatients(unit) ? TRANSPORT : PLAIN);

export const isAllowed = (status, next) => (ALLOWED[status] ?? []).includes(next);

export const isWaiting = (assignment) => ["assigned", "notified"].includes(assignment.status);

/** The one thing the big button does now; null when nothing is left. */
export function nextStep(assignment, unit) {
  return stepsOf(unit).find((step) => isAllowed(assignment.status, step)) ?? null;
}

/** Steps a crew may take instead: one it forgot to press, or the end without transport. */
export function otherSteps(assignment, unit) {
  const next = nextStep(assignment, unit);
  return stepsOf(unit).filter((step) => step !== next && isAllowed(assignment.status, step));
}

/** The command that takes a step. @returns {{name: string, body: object}} */
export function commandFor(assignment, step) {
  const body = { assignment_id: assignment.id };
  if (step === "acknowledged") return { name: "assignment.acknowledge", body };
  return { name: "assignment.advance", body: { ...body, status: step } };
}

/** The step that a stored command takes; null for commands that take none. */
export function stepOf(item) {
  if (item.name === "assignment.acknowledge") return "acknowledged";
  if (item.name === "assignment.advance") return item.body.status;
  if (item.name === "assignment.refuse") return "refused";
  return null;
}

/**
 * The assignment as it will be when everything that waits has been sent.
 * `waiting` names the steps whose time is only the tablet's so far.
 * @param {object} assignment
 * @param {{name: string, body: {assignment_id?: string}, at: string}[]} items oldest first
 */
export function projected(assignment, items) {
  const view = { ...assignment, waiting: new Set() };
  for (const item of items) {
    const step = stepOf(item);
    if (item.body.assignment_id !== assignment.id || step === null) continue;
    if (!isAllowed(view.status, step)) continue;
    view.status = step;
    view[`${step}_at`] = item.at;
    view.waiting.add(step);
  }
  return view;
}

export const hasEnded = (assignment) => ENDED.has(assignment.status);

/** The chain above the buttons: done, waiting to be sent, now (the next one), later, skipped. */
export function chain(view, unit) {
  const steps = stepsOf(unit);
  const reached = steps.findLastIndex((step) => Boolean(view[`${step}_at`]));
  const next = nextStep(view, unit);
  return steps.map((step, index) => {
    const at = view[`${step}_at`] ?? null;
    if (view.waiting.has(step)) return { step, at, state: "wait" };
    if (at) return { step, at, state: "done" };
    if (step === next) return { step, at, state: "now" };
    return { step, at, state: index < reached ? "skipped" : "later" };
  });
}

const FIELDS = ["type", "priority", "address", "landmark", "note"];

/** What changed in an incident after the crew had read it. @returns {string[]} names of fields */
export function changedFields(before, after) {
  const changed = FIELDS.filter((field) => (before[field] ?? "") !== (after[field] ?? ""));
  const place = (row) => (row.location ? `${row.location.lat} ${row.location.lng}` : "");
  return place(before) === place(after) ? changed : [...changed, "location"];
}
