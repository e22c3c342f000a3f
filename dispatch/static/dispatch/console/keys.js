/** Keys of the whole page. A single letter is a key only while nobody is typing. */
import { isTyping } from "#console/dom";

const QUICK_MS = 4_000; // F9 waits so long for its digit

export class Keys {
  #quickUntil = 0;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
    const focus = (name) => () => app.panel(name).focus();
    const part = (name) => () => this.#part(name);
    const field = (name) => () => app.panel("case").part("form").focus(name);
    this.plain = {
      F1: () => app.answerNext(),
      F2: focus("calls"),
      F3: focus("incidents"),
      F4: focus("units"),
      F5: focus("case"),
      F6: focus("recommendation"),
      F7: focus("map"),
      F8: focus("alarms"),
      F9: () => {
        this.#quickUntil = Date.now() + QUICK_MS;
        app.panel("calls").offerQuick();
      },
      F10: focus("dock"),
    };
    this.letters = {
      "/": focus("dock"),
      "?": () => app.panel("help").toggle(),
      a: () => app.panel("alarms").acknowledge(),
      n: () => app.panel("incidents").reveal(),
      s: () => app.panel("alarms").sendNext(),
      b: () => app.panel("alarms").ringBack(),
    };
    const line = (act) => () => app.panel("line")[act]();
    // Whatever is chosen in the middle: they are about the call on this person's own line, and the map.
    this.line = {
      KeyH: line("hold"),
      KeyM: line("mute"),
      KeyO: line("handOver"),
      KeyR: line("takeBack"),
      KeyP: () => app.panel("phonebook").toggle(),
      KeyY: () => app.panel("seat").toggle(),
      KeyF: () => app.panel("map").tools.search.focus(),
    };
    this.alt = {
      KeyJ: field("type"),
      KeyA: field("address"),
      KeyK: field("landmark"),
      KeyN: field("note"),
      KeyL: part("evidence"),
      KeyU: part("units"),
      KeyT: part("conversation"),
      KeyW: () => app.panel("case").part("conversation").askLocation(),
      KeyQ: () => app.panel("case").part("conversation").toggleQuick(),
      KeyG: () => app.panel("calls").disposeAs("ghost"),
      KeyS: () => app.panel("case").part("actions").askForKey(),
      KeyI: () => app.panel("case").part("share").ask(),
      KeyB: () => app.panel("case").part("actions").ringBack(),
      KeyX: () => app.panel("case").part("actions").focusEnding(),
      ...Object.fromEntries(
        [1, 2, 3, 4].map((value) => [
          `Digit${value}`,
          () => app.panel("case").part("form").setPriority(value),
        ]),
      ),
    };
  }

  connect(target = document) {
    target.addEventListener("keydown", (event) => this.#down(event));
  }

  #part(name) {
    this.app.panel("case").part(name).focus();
  }

  #down(event) {
    const act = this.#actFor(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #actFor(event) {
    const { app } = this;
    if (event.isComposing) return null;
    if (event.key === "F1" && event.shiftKey) return () => app.panel("strip").answerInto();
    if (event.ctrlKey && event.key === "Enter") return () => app.panel("case").openIncident();
    if (event.ctrlKey && event.key.toLowerCase() === "p") return () => app.pack.open();
    if (event.ctrlKey || event.metaKey) return null;
    if (event.altKey) return this.line[event.code] ?? (app.ui.chosen ? this.alt[event.code] : null);
    if (this.plain[event.key]) return this.plain[event.key];
    if (event.key === "Escape" && !app.panel("help").element.hidden)
      return () => app.panel("help").toggle(false);
    // After F9 the digit is a key wherever the focus is: after answering it is in the type field.
    const quick = Date.now() < this.#quickUntil;
    this.#quickUntil = 0;
    if (quick && /^[1-9]$/.test(event.key)) return () => app.panel("calls").dispose(event.key);
    if (isTyping(event.target)) return null;
    return this.letters[event.key.toLowerCase()] ?? null;
  }
}
