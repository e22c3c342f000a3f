/** What this crew has to know now, derived from the board and from what still waits on the tablet. Pure. */
import { hasEnded, projected } from "#tablet/steps";

/**
 * @param {import("#realtime/store").Store} store
 * @param {string} unitId
 * @param {readonly object[]} items what waits, oldest first
 */
export function crewView(store, unitId, items) {
  const unit = store.get("units", unitId);
  const own = store.all("assignments").find((row) => row.unit_id === unitId);
  const alarm =
    store.all("alarms").find((row) => row.kind === "mayday" && row.subject?.id === unitId) ?? null;
  const assignment = own ? projected(own, items) : null;
  const incident = own ? (store.get("incidents", own.incident_id) ?? null) : null;
  const isOver = assignment === null || hasEnded(assignment);
  return {
    unit,
    assignment,
    incident,
    isOver,
    others: own ? othersOn(store, own) : [],
    alarm,
    maydayWaits: items.find((item) => item.name === "unit.mayday") ?? null,
    status: statusNow(unit, assignment, items),
  };
}

/** Other units on the same incident. @returns {{id: string, callsign: string, status: string, position: object|null}[]} */
function othersOn(store, own) {
  return store
    .all("assignments")
    .filter((row) => row.incident_id === own.incident_id && row.id !== own.id)
    .map((row) => {
      const unit = store.get("units", row.unit_id);
      return {
        id: row.unit_id,
        callsign: unit?.callsign ?? "?",
        status: row.status,
        position: unit?.position ?? null,
      };
    })
    .sort((a, b) => a.callsign.localeCompare(b.callsign));
}

/** The status as the crew has last set it, sent or not. */
function statusNow(unit, assignment, items) {
  const set = items.findLast((item) => item.name === "unit.set_status");
  if (set) return { word: set.body.status, at: set.at, waits: true };
  if (assignment?.waiting.size) {
    const word = hasEnded(assignment) ? "available" : assignment.status;
    return { word, at: assignment[`${assignment.status}_at`], waits: true };
  }
  if (!unit) return null;
  return { word: unit.status, at: unit.status_at, waits: false };
}

/** The sound of an assignment that nobody has acknowledged; null when none is due. */
export function soundFor(view) {
  if (!view.assignment || !["assigned", "notified"].includes(view.assignment.status)) return null;
  const priority = view.incident?.priority;
  if (priority === 1) return "assignment1";
  return priority === 2 ? "assignment2" : "assignment3";
}

/**
 * The assignment that is gone although this crew had not ended it: a crew that drives must not find that out by
 * looking at an empty screen.
 * @returns {{id: string, number: string|null}|null}
 */
export function takenAway(before, after) {
  const { assignment } = before;
  if (!assignment || before.isOver) return null;
  const isStillThere = after.assignment?.id === assignment.id;
  if (isStillThere && after.assignment.status !== "cancelled") return null;
  return { id: assignment.id, number: before.incident?.number ?? null };
}

/** Which of the screens is drawn. */
export function screenOf(view, { choosing, maydayShown }) {
  if (maydayShown && (view.alarm || view.maydayWaits)) return "mayday";
  if (choosing) return "choices";
  return view.isOver ? "standby" : "assignment";
}
