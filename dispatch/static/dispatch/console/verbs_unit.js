/** Commands about units: assign, cancel, what a crew says on the radio. Pure. */
import { fill, gettext, shortNumber, statusName } from "#realtime/words";
import { ASSIGNMENT_STEPS, incidentsNumbered, STEPS, unitsNamed } from "#console/lexicon";
import {
  act,
  ambiguous,
  COMPLETIONS_MAX,
  offered,
  one,
  reading,
  stepCompletions,
  typeName,
  unitCompletion,
  wrong,
} from "#console/reading";

/** Units and at most one incident of a list of words; a word that is neither is an error. */
function targets(words, world, open) {
  const units = [];
  let incident = null;
  for (const word of words) {
    const numbered =
      word.startsWith("#") || /^[\d-]+$/.test(word) ? incidentsNumbered(word, world.incidents) : [];
    const found = word.startsWith("#") ? [] : unitsNamed(word, world.units);
    const completions = word === open ? offered(word, found, world) : [];
    if (word.startsWith("#") || (numbered.length && !found.length)) {
      incident = one(numbered);
      if (!incident) return { error: ambiguous(word, numbered.length), completions };
    } else if (found.length === 1) {
      if (!units.includes(found[0])) units.push(found[0]);
    } else return { error: ambiguous(word, found.length), completions };
  }
  return { units, incident, completions: open ? [] : offered("", [], world) };
}

export function assign(words, world, open) {
  if (!words.length) {
    const free = world.units.filter((unit) => !unit.assignment_id && unit.status === "available");
    return reading({ completions: free.slice(0, COMPLETIONS_MAX).map(unitCompletion) });
  }
  const found = targets(words, world, open);
  if (found.error) return wrong(found.error, found.completions);
  const incident = found.incident ?? world.chosenIncident;
  if (!found.units.length) return wrong(gettext("Name a unit."), found.completions);
  if (!incident) return wrong(gettext("Name an incident, such as #12."), found.completions);
  const names = found.units.map((unit) => unit.callsign).join(", ");
  const busy = found.units.find((unit) => unit.assignment_id);
  const values = { units: names, incident: `${shortNumber(incident.number)} ${typeName(incident, world)}` };
  return reading({
    acts: found.units.map((unit) => act("unit.assign", { incident_id: incident.id, unit_id: unit.id })),
    will: fill(gettext("assign %(units)s to %(incident)s. The crew's tablet sounds."), values),
    error: busy ? fill(gettext("%(unit)s has an assignment."), { unit: busy.callsign }) : null,
    completions: found.incident ? [] : found.completions,
  });
}

export function cancel(words, world, open) {
  const [first, ...reason] = words;
  if (!first) return wrong(gettext("Name a unit."));
  const found = unitsNamed(first, world.units);
  const unit = one(found);
  if (!unit) return wrong(ambiguous(first, found.length), first === open ? found.map(unitCompletion) : []);
  if (!unit.assignment_id)
    return wrong(fill(gettext("%(unit)s has no assignment."), { unit: unit.callsign }));
  if (!reason.length) return wrong(gettext("Say why, in a word or two."));
  return reading({
    acts: [act("assignment.cancel", { assignment_id: unit.assignment_id, reason: reason.join(" ") })],
    will: fill(gettext("take %(unit)s off its incident: %(reason)s."), {
      unit: unit.callsign,
      reason: reason.join(" "),
    }),
  });
}

/** `d1 tiba`: a step of its assignment, or a status set by hand. */
export function radio(unit, words) {
  const [word, ...reason] = words;
  const step = STEPS[word.toLowerCase()] ?? STEPS[word.toLowerCase().replace(/[_-]/g, "")];
  if (!step) {
    return wrong(
      fill(gettext("“%(word)s” is no step. Say what the crew reported."), { word }),
      stepCompletions(word),
    );
  }
  const values = { unit: unit.callsign, status: statusName(step === "acknowledge" ? "acknowledged" : step) };
  const will = fill(gettext("set %(unit)s to “%(status)s”."), values);
  const assignment_id = unit.assignment_id;
  if (step === "acknowledge" || ASSIGNMENT_STEPS.has(step)) {
    if (!assignment_id) return wrong(fill(gettext("%(unit)s has no assignment."), values));
    if (step === "acknowledge")
      return reading({ acts: [act("assignment.acknowledge", { assignment_id })], will });
    return reading({ acts: [act("assignment.advance", { assignment_id, status: step })], will });
  }
  if (assignment_id)
    return wrong(fill(gettext("%(unit)s has an assignment; clear or cancel it first."), values));
  const body = { unit_id: unit.id, status: step, reason: reason.join(" ") };
  return reading({ acts: [act("unit.set_status", body)], will });
}
