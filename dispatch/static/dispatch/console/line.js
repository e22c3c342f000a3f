/** The line of this person, always in its place above the chosen case: who is in the call, and what to do with them. */
import { icon } from "#realtime/icons";
import { fill, gettext } from "#realtime/words";
import { h, kbd, keyed, once, setAttribute, setClass, setText, show } from "#console/dom";
import {
  isHere,
  isTrouble,
  ownLine,
  possible,
  shownParticipants,
  stateWords,
  whoWords,
} from "#console/line_model";
import { Panel } from "#console/panel";

const MODES = {
  listen: () => gettext("Listen"),
  whisper: () => gettext("Whisper"),
  barge: () => gettext("Join"),
};

export class Line extends Panel {
  connect() {
    this.who = h("b", "cut");
    this.age = h("span", { class: "num", "aria-hidden": "true" });
    this.seat = h("button", { type: "button", class: "plain seat" });
    this.on(this.seat, "click", () => this.app.panel("seat").toggle());
    this.people = h("ul", { class: "people", "aria-label": gettext("In this call") });
    const button = (words, key, act) =>
      h(
        "button",
        { type: "button", class: "btn small", onclick: act },
        h("span", null, words),
        key && kbd(key),
      );
    this.holdButton = button(gettext("Hold"), "Alt H", () => this.hold());
    this.muteButton = button(gettext("Mute"), "Alt M", () => this.mute());
    this.addButton = button(gettext("Bring in"), "Alt P", () => this.app.panel("phonebook").toggle(true));
    this.overButton = button(gettext("Hand over"), "Alt O", () => this.handOver());
    this.backButton = button(gettext("Take back"), "Alt R", () => this.takeBack());
    this.hangButton = button(gettext("Hang up"), null, () => this.#act("call.hang_up"));
    this.leaveButton = button(gettext("Leave"), null, () => this.#act("call.stop_monitoring"));
    this.modeButtons = Object.entries(MODES).map(([mode, words]) =>
      h(
        "button",
        { type: "button", class: "btn small", onclick: () => this.monitor(this.line.call, mode) },
        words(),
      ),
    );
    this.row = h("div", "l1", icon("c-voice"), this.who, this.age, h("span", "fill"), this.seat);
    this.buttons = h(
      "div",
      "l2",
      this.holdButton,
      this.muteButton,
      this.addButton,
      this.overButton,
      this.backButton,
      ...this.modeButtons,
      this.leaveButton,
      this.hangButton,
    );
    this.element.append(this.row, this.people, this.buttons);
  }

  render() {
    const { app } = this;
    this.line = ownLine(app.store, app.boot.viewer.id);
    const { line } = this;
    setClass(this.element, "busy", line);
    setText(this.who, line ? app.callerText(line.call) : gettext("Nobody on your line"));
    setText(this.age, line ? app.age(line.row?.added_at ?? line.call.answered_at) : "");
    this.#seat();
    show(this.people, line);
    show(this.buttons, line);
    app.softphone?.follow(line);
    if (!line) return;
    keyed(this.people, shownParticipants(line.call), {
      key: (row) => row.id,
      create: (row) => this.#person(row),
    });
    const may = possible(line);
    this.may = may;
    this.#toggle(this.holdButton, may.hold, may.held, gettext("Hold"), gettext("Go on"));
    this.#toggle(this.muteButton, may.mute, may.muted, gettext("Mute"), gettext("Speak again"));
    show(this.addButton, may.add);
    show(this.overButton, may.handOver);
    show(this.backButton, may.takeBack);
    show(this.hangButton, !may.modes);
    show(this.leaveButton, may.modes);
    for (const [at, mode] of Object.keys(MODES).entries()) {
      show(this.modeButtons[at], may.modes);
      setAttribute(this.modeButtons[at], "aria-pressed", String(line.row?.mode === mode));
    }
  }

  #toggle(button, may, isOn, off, on) {
    show(button, may);
    setText(button.firstChild, isOn ? on : off);
    setAttribute(button, "aria-pressed", String(Boolean(isOn)));
  }

  #seat() {
    const { words, level } = this.app.panel("seat").summary();
    once(this.seat, words, () => [h("span", null, words)]);
    setClass(this.seat, "near", level === "near");
    setClass(this.seat, "over", level === "over");
  }

  #person(row) {
    const name = h("b", "cut");
    const state = h("span", null);
    const drop = h("button", { type: "button", class: "plain drop" }, "×");
    drop.addEventListener("click", () => this.#act("call.drop_party", { participant_id: row.id }));
    const item = h("li", null, name, state, drop);
    item.update = (now) => {
      const who = whoWords(now, this.app.boot.viewer.id);
      setText(name, who);
      setText(state, stateWords(now));
      setClass(item, "held", now.held && isHere(now));
      setClass(item, "gone", !isHere(now));
      setClass(item, "near", isTrouble(now));
      show(drop, now.kind === "third" && isHere(now));
      setAttribute(drop, "aria-label", fill(gettext("Drop %(who)s"), { who }));
      setAttribute(drop, "title", fill(gettext("Drop %(who)s"), { who }));
    };
    return item;
  }

  // --- acts, also by key ----------------------------------------------------------------------

  hold() {
    return this.may?.hold && this.line ? this.#act("call.hold", { on: !this.may.held }) : this.#nobody();
  }

  mute() {
    return this.may?.mute && this.line ? this.#act("call.mute", { on: !this.may.muted }) : this.#nobody();
  }

  handOver() {
    if (!this.line || !this.may?.handOver) return this.#nobody();
    return this.#act("call.hand_over", { participant_id: this.may.third.id });
  }

  /** The third party goes, the caller is heard again. */
  async takeBack() {
    if (!this.line || !this.may?.takeBack) return this.#nobody();
    const dropped = await this.#act("call.drop_party", { participant_id: this.may.third.id });
    return dropped.ok ? this.#act("call.hold", { on: false }) : dropped;
  }

  monitor(call, mode) {
    return this.app.act("call.monitor", { call_id: call.id, mode });
  }

  #act(name, more = {}) {
    return this.app.act(name, { call_id: this.line.call.id, ...more });
  }

  #nobody() {
    return this.app.say(gettext("That is not possible on your line now."), "refused");
  }
}
