/** The page: what the emulator pushes is shown, nothing is kept here. */

import { act } from "#phone/acts";
import { Card } from "#phone/card";
import { el, show, word, write } from "#phone/dom";
import { Sounds } from "#realtime/sound";

const CUT_AFTER_MS = 2000;
const TICK_MS = 1000;

const cards = new Map();
const shelf = document.querySelector("main.shelf");
const form = document.querySelector("form.more");
const cut = document.querySelector("p.cut");
const warnings = document.querySelector("section.warnings");
const sounds = new Sounds();
let cutTimer = null;

function render(state) {
  const there = new Set(state.phones.map((phone) => phone.id));
  for (const [id, card] of cards) {
    if (there.has(id)) continue;
    card.element.remove();
    cards.delete(id);
  }
  let received = false;
  for (const phone of state.phones) {
    if (!cards.has(phone.id)) {
      cards.set(phone.id, new Card(phone));
      shelf.insertBefore(cards.get(phone.id).element, form);
    }
    received = cards.get(phone.id).update(phone) || received;
  }
  // Only now: a small screen holds on to what it shows first, and that is a telephone.
  show(form, true);
  if (received) sounds.play("text");
  sounds.hold(
    "ring",
    [...cards.values()].some((card) => card.isRung),
  );
  complain(state.warnings);
}

function complain(rows) {
  show(warnings, rows.length > 0);
  const lines = rows.map((one) => el("li", {}, [`${one.code} · ${one.text} · ${one.url}`]));
  warnings.querySelector("ul").replaceChildren(...lines.reverse());
}

function follow() {
  const source = new EventSource("/phone/events");
  source.addEventListener("message", (event) => {
    clearTimeout(cutTimer);
    cutTimer = null;
    show(cut, false);
    render(JSON.parse(event.data));
  });
  // The browser tries again by itself; only a longer silence is worth a word.
  source.addEventListener("error", () => {
    cutTimer ??= setTimeout(() => show(cut, true), CUT_AFTER_MS);
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, CUT_AFTER_MS);
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { number, name } = Object.fromEntries(new FormData(form));
  const done = await act("add", "", { number: number.replace(/[\s-]/g, ""), name });
  if (done.ok) form.reset();
  write(form.querySelector(".said"), done.ok ? "" : (done.said ?? word("did_not_work")));
});

setInterval(() => {
  for (const card of cards.values()) card.tick();
}, TICK_MS);
sounds.unlockAtTouch();
follow();
