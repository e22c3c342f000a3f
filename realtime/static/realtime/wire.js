/**
 * Frames as text and back, with event numbers that stay exact. JSON numbers are exact in every other language; this one
 * rounds them past 2^53, and two events that look alike are one lost event. Up to there a number is a number, past it a
 * BigInt. Pure.
 */

/** A number that JSON.parse would round, as the value of a key of ours. Inside a string the quotes are escaped. */
const LONG_NUMBER = /"(seq|head_seq|next)":\s*(\d{16,})(?=\s*[,}])/g;
const DIGITS = /^\d{16,}$/;

/** @param {string} text @returns {any} */
export function decode(text) {
  let long = false;
  const quoted = text.replace(LONG_NUMBER, (_whole, key, digits) => {
    long = true;
    return `"${key}":"${digits}"`;
  });
  return long ? JSON.parse(quoted, exact) : JSON.parse(text);
}

/** @param {object} frame @returns {string} */
export function encode(frame) {
  if (typeof frame.since !== "bigint") return JSON.stringify(frame);
  const { since, ...rest } = frame;
  return `${JSON.stringify(rest).slice(0, -1)},"since":${since}}`;
}

/** Is it the number of an event, one that was not rounded on its way? */
export const isEventNumber = (seq) => typeof seq === "bigint" || Number.isSafeInteger(seq);

/** Is `seq` the very next number after `last`? */
export function follows(last, seq) {
  if (typeof last === "number" && typeof seq === "number") return seq === last + 1;
  return BigInt(seq) === BigInt(last) + 1n;
}

/** Are two numbers the same, whichever way each is held? */
export const sameNumber = (a, b) => a === b || (a !== null && b !== null && BigInt(a) === BigInt(b));

/** For sorting: the newest first. */
export function newestFirst(a, b) {
  if (a.seq === b.seq) return 0;
  return a.seq > b.seq ? -1 : 1;
}

function exact(key, value) {
  if (key !== "seq" && key !== "head_seq" && key !== "next") return value;
  if (typeof value !== "string" || !DIGITS.test(value)) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}
