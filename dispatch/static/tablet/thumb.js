/** The thumb zone: the step chain, Mayday behind a hold, another status, and the one big next step. */
import { icon, statusSymbol } from "#realtime/icons";
import { clockText, distanceM, distanceText } from "#realtime/time";
import { fill, gettext, statusName } from "#realtime/words";
import { make, refill, slot, write } from "#tablet/dom";
import { onHold } from "#tablet/hold";
import { chain, commandFor, nextStep, verbOf } from "#tablet/steps";

/** The button changes under the finger; a second tap meant for the same step must not take the next one. */
const TAP_GUARD_MS = 600;

export class Thumb {
  #city;
  #actions;
  #socket;
  #sounds;
  #positions;
  #language;
  #view = null;
  #guarded = false;

  /** @param {{actions: {send: Function, choose: () => void, mayday: () => void, unlock: () => Promise<void>}}} options */
  constructor({ city, language, actions, socket, sounds, positions }) {
    this.#city = city;
    this.#actions = actions;
    this.#socket = socket;
    this.#sounds = sounds;
    this.#positions = positions;
    this.#language = language;
  }

  connect() {
    onHold(slot("mayday"), () => this.#actions.mayday());
    slot("alt").addEventListener("click", () => this.#actions.choose());
    slot("next").addEventListener("click", () => this.#press());
  }

  render(view, screen) {
    this.#view = view;
    document.querySelector('[data-panel="thumb"]').hidden = screen === "mayday";
    const next = this.#next();
    slot("steps").hidden = view.isOver;
    slot("alt").hidden = view.isOver;
    if (!view.isOver) this.#steps();
    const button = slot("next");
    button.classList.toggle("quiet", next.quiet);
    button.dataset.step = next.step ?? "";
    if (!this.#guarded) button.disabled = false;
    refill(slot("next-icon"), next.symbol, () => [icon(next.symbol)]);
    write("next-verb", next.verb);
    write("next-more", next.more);
    write("alt-more", gettext("refuse · skip a step"));
  }

  #next() {
    const isCut = this.#socket.link.state === "cut";
    const later = isCut ? gettext("kept on the tablet, sent when there is a network") : "";
    const view = this.#view;
    const step = view.isOver ? null : nextStep(view.assignment, view.unit);
    if (step)
      return {
        step,
        symbol: statusSymbol(step === "clear" ? "available" : step),
        verb: verbOf(step),
        more: later || (step === "on_scene" ? this.#wayLeft(view) : ""),
        quiet: false,
      };
    if (this.#sounds.isLocked) {
      const more = gettext("switches the sound on");
      return { step: "start", symbol: "u-sound", verb: gettext("Start the shift"), more, quiet: false };
    }
    const more = later || gettext("out of service · off duty · returning");
    return { step: "choose", symbol: "u-repeat", verb: gettext("Change status"), more, quiet: true };
  }

  /** As the crow flies, by the receiver alone: it needs no network and is not the way by road. */
  #wayLeft({ incident }) {
    const { latest } = this.#positions;
    if (!latest || !incident?.location) return "";
    const distance = distanceText(distanceM(latest, incident.location), this.#language);
    return fill(gettext("GPS: %(distance)s straight line left"), { distance });
  }

  #steps() {
    const rows = chain(this.#view.assignment, this.#view.unit);
    const key = rows.map((row) => `${row.step}${row.state}${row.at}`).join();
    refill(slot("steps"), key, () =>
      rows.map((row) => {
        const item = make("li", { className: row.state, text: statusName(row.step) });
        if (row.state === "now") item.setAttribute("aria-current", "step");
        if (row.state === "wait") item.append(` ${gettext("queued")}`);
        if (row.state === "skipped") item.append(` ${gettext("skipped")}`);
        if (row.state === "done") {
          item.append(
            make("span", { className: "hide-s", text: ` ${clockText(row.at, this.#city.timeZone)}` }),
          );
        }
        return item;
      }),
    );
  }

  #press() {
    if (this.#guarded) return;
    const { step } = this.#next();
    if (step === "start") this.#actions.unlock();
    else if (step === "choose") this.#actions.choose();
    else {
      this.#guard();
      const { name, body } = commandFor(this.#view.assignment, step);
      this.#actions.send(name, body);
    }
  }

  #guard() {
    this.#guarded = true;
    const button = slot("next");
    button.disabled = true;
    setTimeout(() => {
      this.#guarded = false;
      button.disabled = false;
    }, TAP_GUARD_MS);
  }
}
