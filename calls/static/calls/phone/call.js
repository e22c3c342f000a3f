/** The upper half of a telephone: the call, what is heard, the keypad. */

import { act } from "#phone/acts";
import { caption, fill } from "#phone/bubbles";
import { button, el, show, since, word, write } from "#phone/dom";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", 0: "+" };
const LIVE = new Set(["machine", "waiting", "alone", "talking"]);

export class CallPanel {
  #phone;
  #call = null;
  #said = el("p.said", { role: "status" });
  #state = el("p.state", { "aria-live": "polite" });
  #time = el("span.time");
  #badges = el("p.badges");
  #heard = el("ol.bubbles.heard", { tabindex: "0", "aria-label": word("centre") });
  #empty = el("p.empty", {}, [word("nothing_heard")]);
  #ring = button("primary.big", "c-voice", word("call"), () => this.#act("ring"));
  #answer = button("primary.big", "c-voice", word("answer"), () => this.#act("answer"));
  #decline = button("plain.big", "u-no", word("decline"), () => this.#act("decline"));
  #end = button("end.big", "c-voice", word("hang_up"), () => this.#act("hang_up"));
  #words = el("input", {
    placeholder: word("say_what"),
    "aria-label": word("say_what"),
    autocomplete: "off",
  });
  #speak;
  #keypad;

  constructor(phone) {
    this.#phone = phone;
    this.#speak = el("form.line", { onsubmit: (event) => this.#say(event) }, [
      this.#words,
      el("button.plain", { type: "submit" }, [word("say")]),
    ]);
    this.#keypad = el(
      "div.keypad",
      { role: "group", "aria-label": word("keypad") },
      KEYS.map((key) => this.#key(key)),
    );
    this.element = el("section.call", {}, [
      el("div.row.head", {}, [this.#state, this.#time]),
      this.#badges,
      this.#empty,
      this.#heard,
      this.#speak,
      this.#keypad,
      el("div.row.deeds", {}, [this.#ring, this.#answer, this.#decline, this.#end]),
      this.#said,
    ]);
    this.update(null);
  }

  update(call) {
    this.#call = call;
    const state = call?.state ?? "ready";
    const live = LIVE.has(state);
    this.element.dataset.state = state;
    write(this.#state, this.#name(state));
    write(this.#badges, this.#facts().join(" · "));
    show(this.#badges, this.#facts().length > 0);
    show(this.#ring, state === "ready" || state === "over");
    show(this.#answer, state === "rung");
    show(this.#decline, state === "rung");
    show(this.#end, live || state === "ringing");
    show(this.#speak, live);
    show(this.#keypad, live);
    this.#keypad.classList.toggle("wanted", Boolean(call?.asks_for_a_key));
    const captions = call?.captions ?? [];
    show(this.#empty, captions.length === 0);
    show(this.#heard, captions.length > 0);
    fill(this.#heard, merged(captions), (one) => `${one.at}${one.kind}${one.text}`, caption);
    this.tick();
  }

  /** Once a second: how long it lasts. */
  tick() {
    const call = this.#call;
    const begun = call?.answered_at ?? call?.began_at;
    const until = call?.ended_at ? Date.parse(call.ended_at) : Date.now();
    write(this.#time, call ? since(begun, until) : "");
  }

  get isRung() {
    return this.#call?.state === "rung";
  }

  get isRinging() {
    return this.#call?.state === "ringing";
  }

  #name(state) {
    if (state === "talking" && this.#call.on_hold) return word("on_hold");
    if (state === "rung") return word("calls_you", { who: this.#call.from });
    if (state === "over" && this.#call.status === "busy") return word("busy");
    if (state === "over" && this.#call.status === "no-answer") return word("no_answer");
    return word(state);
  }

  #facts() {
    const call = this.#call;
    if (!call || call.state === "over") return [];
    const facts = [];
    if (call.asks_for_a_key) facts.push(word("press"));
    if (call.transcribed) facts.push(word("transcribed"));
    if (call.recorded) facts.push(word("recorded"));
    return facts;
  }

  #key(key) {
    const label = el("b", {}, [key]);
    return el("button", { type: "button", onclick: () => this.#press(key) }, [
      label,
      el("small", {}, [LETTERS[key] ?? ""]),
    ]);
  }

  async #press(key) {
    const done = await act("press", this.#phone, { keys: key });
    write(this.#said, done.ok && done.taken ? "" : (done.said ?? word("no_key_wanted")));
  }

  async #say(event) {
    event.preventDefault();
    const words = this.#words.value.trim();
    if (!words) return;
    this.#words.value = "";
    const done = await act("say", this.#phone, { words });
    write(this.#said, done.ok && done.heard_by > 0 ? "" : (done.said ?? word("nobody_hears")));
  }

  async #act(name) {
    const done = await act(name, this.#phone);
    write(this.#said, done.ok ? "" : done.said);
  }
}

/** The same music again and again is one line. */
function merged(captions) {
  return captions.filter((one, at) => at === 0 || one.kind !== "play" || captions[at - 1].kind !== "play");
}
