/** The command line, read. Pure: text and the board in; acts, a preview and completions out. Nothing is sent here. */
import { fill, gettext } from "#realtime/words";
import { unitsNamed, VERBS } from "#console/lexicon";
import { COMPLETIONS_MAX, one, reading, stepCompletions, unitCompletion, wrong } from "#console/reading";
import {
  answer,
  dispose,
  hangup,
  hold,
  key,
  mute,
  release,
  resume,
  share,
  unmute,
} from "#console/verbs_call";
import { attach, close, find, note, open, priority, show } from "#console/verbs_incident";
import { assign, cancel, radio } from "#console/verbs_unit";

// biome-ignore format: one list
const READERS = {
  answer, assign, attach, cancel, close, find, hangup, hold, key, mute, note, open, priority, release, resume, share, show, unmute,
};

/**
 * @param {string} text
 * @param {import("./reading.js").World} world
 * @returns {import("./reading.js").Reading}
 */
export function parse(text, world) {
  const words = text.trim().split(/\s+/).filter(Boolean);
  if (!words.length) return reading();
  const [first, ...rest] = words;
  const verb = VERBS[first.toLowerCase()];
  const growing = text.endsWith(" ") ? "" : words.at(-1); // the word still being typed
  if (/^p[1-4]$/i.test(first)) return priority([first.slice(1), ...rest], world, rest.length ? growing : "");
  if (verb?.startsWith("dispose:")) return dispose(verb.split(":")[1], world);
  if (verb) return READERS[verb](rest, world, rest.length ? growing : "");
  if (first.startsWith("#")) return show([first], world, growing);
  const unit = one(unitsNamed(first, world.units));
  if (unit && rest.length) return radio(unit, rest);
  return beginning(first, unit, text.endsWith(" "), world);
}

function beginning(first, unit, finished, world) {
  if (unit && finished) return reading({ completions: stepCompletions("") });
  const verbs = Object.keys(VERBS).filter((verb) => verb.startsWith(first.toLowerCase()));
  const completions = [
    ...verbs.map((verb) => ({ label: verb, insert: verb })),
    ...unitsNamed(first, world.units).map(unitCompletion),
  ];
  if (completions.length) return reading({ completions: completions.slice(0, COMPLETIONS_MAX) });
  return wrong(fill(gettext("“%(word)s” is no command. Press ? for all of them."), { word: first }));
}

/** The text after a completion was taken: its last word is replaced. */
export function completed(text, insert) {
  const cut = text.endsWith(" ") || !text ? text : text.slice(0, text.search(/\S+$/));
  return `${cut}${insert} `;
}

/** The rest of the word a completion would add behind the caret. */
export function ghostOf(text, reading) {
  const growing = text.endsWith(" ") ? "" : (text.split(/\s+/).at(-1) ?? "");
  const insert = reading.completions[0]?.insert ?? "";
  return growing && insert.toLowerCase().startsWith(growing.toLowerCase())
    ? insert.slice(growing.length)
    : "";
}
