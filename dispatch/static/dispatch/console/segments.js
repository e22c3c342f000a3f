/** How many parts an SMS has, before it is sent: the same rules as calls/segments.py. Pure. */

const GSM_ALONE_MAX = 160;
const GSM_PART_MAX = 153;
const UCS_ALONE_MAX = 70;
const UCS_PART_MAX = 67;
const ODD_SHOWN_MAX = 3;
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const ESCAPED = new Set("^{}\\[~]|€\f");
const PLAIN = [
  [/[“”„‟″«»]/gu, '"'],
  [/[‘’‚‛′´`]/gu, "'"],
  [/[‐‑‒–—―−]/gu, "-"],
  [/[\u00a0\u2002\u2003\u2007-\u200a\u202f\t]/gu, " "],
  [/\u00ad|\u200b|\u2060|\ufeff/gu, ""],
  [/…/gu, "..."],
  [/[•·]/gu, "-"],
  [/×/gu, "x"],
  [/№/gu, "No."],
  [/→/gu, "->"],
];

/** The same words without typographic signs, as the service will send them. */
export function plain(text) {
  return PLAIN.reduce((words, [signs, sign]) => words.replace(signs, sign), text.normalize("NFC"));
}

/** @returns {{wide: boolean, count: number, odd: string[]}} odd: the signs that make every part shorter */
export function parts(text) {
  const signs = [...text];
  const odd = [...new Set(signs.filter((sign) => !BASIC.has(sign) && !ESCAPED.has(sign)))];
  if (odd.length) {
    const weights = signs.map((sign) => sign.length);
    return {
      wide: true,
      count: count(weights, UCS_ALONE_MAX, UCS_PART_MAX),
      odd: odd.slice(0, ODD_SHOWN_MAX),
    };
  }
  const weights = signs.map((sign) => (ESCAPED.has(sign) ? 2 : 1));
  return { wide: false, count: count(weights, GSM_ALONE_MAX, GSM_PART_MAX), odd: [] };
}

function count(weights, alone, part) {
  if (weights.reduce((sum, weight) => sum + weight, 0) <= alone) return 1;
  let [parts, used] = [1, 0];
  for (const weight of weights) {
    if (used + weight > part) [parts, used] = [parts + 1, 0];
    used += weight;
  }
  return parts;
}
