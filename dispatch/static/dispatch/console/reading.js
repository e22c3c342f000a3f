/** Parts of reading a command: what was read, what a word may mean, what may come next. Pure. */
import { fill, gettext, shortNumber } from "#realtime/words";
import { incidentsNumbered, ordinal, STEPS } from "#console/lexicon";

export const COMPLETIONS_MAX = 8;

/**
 * @typedef {{units: any[], incidents: any[], assignments: any[], types: {key: string, name: string}[],
 *   dispositions: {key: string, name: string}[], callDispositions: {key: string, name: string}[], chosenIncident: any|null, chosenCall: any|null, nextCall: any|null,
 *   lineCall: any|null}} World
 * @typedef {{name: string, body: object}|{ui: "show"|"find", value: any}} Act
 * @typedef {{acts: Act[], will: string|null, error: string|null, completions: {label: string, insert: string}[]}} Reading
 */

/** @returns {Reading} */
export function reading(change = {}) {
  return { acts: [], will: null, error: null, completions: [], ...change };
}

export const wrong = (error, completions = []) => reading({ error, completions });
export const one = (found) => (found.length === 1 ? found[0] : null);
export const act = (name, body) => ({ name, body });

export const unitCompletion = (unit) => ({ label: unit.callsign, insert: unit.callsign.toLowerCase() });
export const incidentCompletion = (incident, world) => ({
  label: `${shortNumber(incident.number)} ${typeName(incident, world)}`,
  insert: shortNumber(incident.number),
});
export const stepCompletions = (word) =>
  Object.keys(STEPS)
    .filter((step) => step.startsWith(word.toLowerCase()))
    .slice(0, COMPLETIONS_MAX)
    .map((step) => ({ label: step, insert: step }));

export function typeName(incident, world) {
  return world.types.find((type) => type.key === incident.type)?.name ?? gettext("type unknown");
}

export function ambiguous(word, count) {
  return count
    ? fill(gettext("“%(word)s” may be %(count)s different ones."), { word, count })
    : fill(gettext("“%(word)s” is not on the board."), { word });
}

/** Completions for a word: the units it may mean, then incidents by number. */
export function offered(word, units, world) {
  const incidents = word && !word.startsWith("#") ? [] : world.incidents;
  const wanted = word.replace(/^#0*/, "");
  return [
    ...units.map(unitCompletion),
    ...incidents
      .filter((incident) => ordinal(incident.number).startsWith(wanted))
      .map((incident) => incidentCompletion(incident, world)),
  ].slice(0, COMPLETIONS_MAX);
}

/** The incident a command is about: named first, else the chosen one; `rest` are the words after it. */
export function onIncident(words, world, open) {
  const [first] = words;
  const numbered = first && /^#?\d/.test(first) ? incidentsNumbered(first, world.incidents) : null;
  const rest = numbered ? words.slice(1) : words;
  const incident = numbered ? one(numbered) : world.chosenIncident;
  const completions = first === open && open ? offered(`#${open.replace(/^#/, "")}`, [], world) : [];
  if (numbered && !incident) return { error: ambiguous(first, numbered.length), completions };
  if (!incident)
    return { error: gettext("Name an incident, such as #12."), completions: offered("", [], world) };
  return { incident, rest };
}
