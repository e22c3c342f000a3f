/** What is done on a telephone goes to the emulator as one small request each. */

import { word } from "#phone/dom";

/**
 * @param {string} name of the act
 * @param {string} phone its id, or ""
 * @param {object} body
 * @returns {Promise<{ok: boolean, said?: string}>} `said`: why not, in words
 */
export async function act(name, phone = "", body = {}) {
  try {
    const answer = await fetch(`/phone/api/${name}${phone ? `/${phone}` : ""}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const result = await answer.json();
    return result.ok ? result : { ok: false, said: because(result.code) };
  } catch {
    return { ok: false, said: word("cut") };
  }
}

function because(code) {
  const said = word(code);
  return said === code ? word("did_not_work") : said;
}
