/** Commands about incidents: open, show, close, attach, priority, note; and finding a place. Pure. */
import { fill, gettext, priorityName, shortNumber } from "#realtime/words";
import { named } from "#console/lexicon";
import { act, COMPLETIONS_MAX, offered, one, onIncident, reading, typeName, wrong } from "#console/reading";

export function close(words, world, open) {
  const found = onIncident(words, world, open);
  if (found.error) return wrong(found.error, found.completions);
  const wanted = named(found.rest.join(" "), world.dispositions);
  const all = found.rest.length ? wanted : world.dispositions;
  const completions = all.slice(0, COMPLETIONS_MAX).map((row) => ({ label: row.name, insert: row.key }));
  const disposition = one(wanted);
  if (!disposition) return wrong(gettext("Say how it ended."), completions);
  const values = { incident: shortNumber(found.incident.number), how: disposition.name };
  return reading({
    acts: [act("incident.close", { incident_id: found.incident.id, disposition: disposition.key })],
    will: fill(gettext("close %(incident)s as “%(how)s”."), values),
  });
}

export function show(words, world, open) {
  const found = onIncident(words, { ...world, chosenIncident: null }, open);
  if (found.error) return wrong(found.error, found.completions);
  const name = `${shortNumber(found.incident.number)} ${typeName(found.incident, world)}`;
  return reading({
    acts: [{ ui: "show", value: found.incident.id }],
    will: fill(gettext("show %(incident)s."), { incident: name }),
  });
}

export function find(words) {
  const text = words.join(" ");
  if (text.length < 2) return wrong(gettext("Name a place."));
  return reading({
    acts: [{ ui: "find", value: text }],
    will: fill(gettext("look for “%(place)s” on the map."), { place: text }),
  });
}

export function attach(words, world, open) {
  if (!world.chosenCall) return wrong(gettext("Choose a call first."));
  const found = onIncident(words, { ...world, chosenIncident: null }, open);
  if (found.error) return wrong(found.error, found.completions);
  const incident = `${shortNumber(found.incident.number)} ${typeName(found.incident, world)}`;
  return reading({
    acts: [act("incident.attach_call", { incident_id: found.incident.id, call_id: world.chosenCall.id })],
    will: fill(gettext("attach the chosen call to %(incident)s."), { incident }),
  });
}

/** `baru kebakaran`: an incident without a call, or from the chosen one. */
export function open(words, world) {
  const wanted = named(words.join(" "), world.types);
  const all = words.length ? wanted : world.types;
  const type = one(wanted);
  const completions = all.slice(0, COMPLETIONS_MAX).map((row) => ({ label: row.name, insert: row.key }));
  if (!type) return wrong(gettext("Say what happened."), completions);
  const call_id = world.chosenCall?.id;
  const will = call_id
    ? gettext("open an incident “%(type)s” from the chosen call.")
    : gettext("open an incident “%(type)s” without a call.");
  const body = { type: type.key, priority: null, location: null, ...(call_id ? { call_id } : {}) };
  return reading({ acts: [act("incident.open", body)], will: fill(will, { type: type.name }) });
}

export function priority(words, world, open) {
  const [value, ...rest] = words;
  if (!/^[1-4]$/.test(value ?? "")) return wrong(gettext("Priority 1 to 4."));
  const found = onIncident(rest, world, open);
  if (found.error) return wrong(found.error, found.completions ?? offered("", [], world));
  const values = { incident: shortNumber(found.incident.number), priority: priorityName(Number(value)) };
  return reading({
    acts: [act("incident.update", { incident_id: found.incident.id, priority: Number(value) })],
    will: fill(gettext("set %(incident)s to %(priority)s."), values),
  });
}

/** `catat …`: a line added to the note of the chosen incident. */
export function note(words, world) {
  if (!world.chosenIncident) return wrong(gettext("Choose an incident first."));
  if (!words.length) return wrong(gettext("Type the note."));
  const incident = world.chosenIncident;
  const text = [incident.note, words.join(" ")].filter(Boolean).join("\n");
  return reading({
    acts: [act("incident.update", { incident_id: incident.id, note: text })],
    will: fill(gettext("add the note to %(incident)s."), { incident: shortNumber(incident.number) }),
  });
}
