/** How calls reach this person: chosen here, remembered by the service. It lies over the map. */
import { phoneText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { h, kbd, setText, show } from "#console/dom";
import { Panel } from "#console/panel";
import { makeSoftphone } from "#console/softphone";

const LINE = {
  off: () => gettext("off"),
  starting: () => gettext("is being set up"),
  no_microphone: () => gettext("no microphone allowed"),
  not_registered: () => gettext("no line"),
  ready: () => gettext("ready"),
  in_call: () => gettext("in a call"),
};
const GOOD = new Set(["ready", "in_call"]);

/** What the line of this person is, in words, and whether it can be rung. Pure. */
export function seatWords(seat, state) {
  if (seat.device === "phone")
    return { words: fill(gettext("Desk phone %(number)s"), { number: phoneText(seat.phone) }), level: "ok" };
  if (seat.device === "sip")
    return { words: fill(gettext("SIP %(address)s"), { address: seat.sip }), level: "ok" };
  if (!seat.has_browser) return { words: gettext("You cannot be rung: choose a telephone"), level: "over" };
  const words = fill(gettext("Browser: %(state)s"), { state: LINE[state]() });
  return { words, level: GOOD.has(state) ? "ok" : state === "starting" ? "near" : "over" };
}

export class Seat extends Panel {
  connect() {
    this.seat = this.app.boot.seat;
    this.state = "off";
    this.#draw();
    this.#startPhone();
    // The service asks when another console of this person has gone: whoever is here says so, and keeps the caller.
    this.app.store.onEvent((event) => {
      if (event.name === "seat.asked" && event.data.user_id === this.app.boot.viewer.id) this.report();
    });
    let before = null;
    this.app.socket.subscribe((link) => {
      if (link.state === "live" && before !== "live") this.report();
      before = link.state;
    });
  }

  #draw() {
    const field = (name, words, attributes) => {
      const input = h("input", { class: "in", id: `seat-${name}`, autocomplete: "off", ...attributes });
      input.value = this.seat[name] ?? "";
      return { row: h("p", "f", h("label", { for: `seat-${name}` }, words), input), input };
    };
    const choice = (device, words) =>
      h(
        "label",
        "choice",
        h("input", { type: "radio", name: "device", value: device, checked: this.seat.device === device }),
        h("span", null, words),
      );
    this.phone = field("phone", gettext("Number of the desk phone"), { type: "tel", maxlength: "30" });
    this.sip = field("sip", gettext("SIP address"), { maxlength: "200", placeholder: "nama@host" });
    this.line = h("p", { class: "mid", role: "status" });
    const save = h("button", "btn primary", gettext("Save"), kbd("Enter"));
    this.form = h(
      "form",
      "seat-form",
      h(
        "p",
        "mid",
        gettext("How do calls reach you? If the first way does not answer, the next one is rung."),
      ),
      this.seat.has_browser && choice("browser", gettext("In this browser, with a headset")),
      choice("phone", gettext("At the desk phone")),
      choice("sip", gettext("At a SIP telephone")),
      this.phone.row,
      this.sip.row,
      this.line,
      save,
    );
    this.on(this.form, "submit", (event) => this.#save(event));
    this.on(this.element, "keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.toggle(false);
    });
    this.part("list").append(this.form);
  }

  async #startPhone() {
    const { app } = this;
    app.softphone = await makeSoftphone(this.seat.softphone);
    app.softphone.onChange(() => {
      this.state = app.softphone.state;
      this.report();
      app.redraw();
    });
    if (this.seat.device === "browser") await app.softphone.start();
  }

  /** Says that this console is here, and how its line is. Nobody is told when it cannot be sent. */
  report() {
    this.app.socket.send("seat.report", { line_state: this.state }).catch?.(() => {});
  }

  summary() {
    return seatWords(this.seat, this.state);
  }

  toggle(wanted = this.element.hidden) {
    if (wanted) this.before = document.activeElement;
    show(this.element, wanted);
    if (wanted) this.form.querySelector("input:checked, input")?.focus();
    else if (this.before?.isConnected) this.before.focus();
  }

  async #save(event) {
    event.preventDefault();
    const device = new FormData(this.form).get("device");
    const body = { device, phone: this.phone.input.value.trim(), sip: this.sip.input.value.trim() };
    const reply = await this.app.act("seat.choose", body);
    if (!reply.ok) return;
    Object.assign(this.seat, reply.result);
    if (device === "browser" && this.state === "off") this.app.softphone?.start();
    if (device !== "browser") this.app.softphone?.stop();
    this.app.say(gettext("Calls reach you there from the next one on."));
    this.toggle(false);
  }

  render() {
    if (this.element.hidden) return;
    setText(this.line, this.summary().words);
  }
}
