/** Which notes on a place hold now, the gravest first as the server sends them. Pure. */

/** @typedef {{id: string, kind: string, severity: string, text: string, owner: string, valid_from: string, valid_to: string|null}} Premise */

/**
 * The board carries notes that begin later or have ended, so that a row does not depend on the clock of who wrote it.
 * @param {Premise[]} notes
 * @param {number} nowMs
 * @returns {Premise[]}
 */
export function holding(notes, nowMs) {
  return (notes ?? []).filter(
    (note) =>
      Date.parse(note.valid_from) <= nowMs && (note.valid_to === null || Date.parse(note.valid_to) > nowMs),
  );
}
