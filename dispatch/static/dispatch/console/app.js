/** What every panel gets: the board, the clock, the choice of this person, and the one way to act. */
import { nextFrame } from "#realtime/store";
import {
  clockText,
  dateText,
  dayText,
  distanceText,
  durationText,
  phoneText,
  radiusText,
} from "#realtime/time";
import { gettext } from "#realtime/words";
import { nextToAnswer } from "#console/queue";

export class App {
  /** @type {import("./panel.js").Panel[]} */
  panels = [];
  #planned = false;
  #sayListeners = new Set();

  constructor({ boot, store, socket, clock, ui, sounds, reference }) {
    Object.assign(this, { boot, store, socket, clock, ui, sounds, reference });
    this.language = boot.language;
    this.timeZone = boot.city.timeZone;
    this.limits = reference.limits;
  }

  /** Draw all panels in the next frame, once. */
  redraw() {
    if (this.#planned) return;
    this.#planned = true;
    nextFrame(() => {
      this.#planned = false;
      for (const panel of this.panels) {
        // A mistake in one panel must not stop the others: a console that stands still costs more than one region.
        try {
          panel.render();
        } catch (error) {
          reportError(error);
        }
      }
    });
  }

  /** Send a command; what is refused is said in words in the dock. */
  async act(name, body) {
    const reply = await this.socket.send(name, body);
    if (!reply.ok) this.say(reply.detail || reply.code, "refused");
    return reply;
  }

  /** @param {string} words @param {"refused"|"done"} level */
  say(words, level = "done") {
    for (const listener of this.#sayListeners) listener(words, level);
  }

  onSay(listener) {
    this.#sayListeners.add(listener);
  }

  /** Answer a call and open it in the middle column; the person asked for it, so the focus goes there. */
  async answer(call, intoIncident = null) {
    if (!call) return this.say(gettext("Nobody is waiting."), "refused");
    const reply = await this.act("call.answer", { call_id: call.id });
    if (!reply.ok) return undefined;
    if (intoIncident) {
      const body = { incident_id: intoIncident.id, call_id: call.id };
      const attached = await this.act("incident.attach_call", body);
      if (attached.ok) return this.ui.choose("incident", intoIncident.id);
    }
    this.ui.choose("call", call.id);
    this.panel("case")?.focusFirst();
    return undefined;
  }

  answerNext() {
    return this.answer(nextToAnswer(this.store, this.clock));
  }

  panel(name) {
    return this.panels.find((one) => one.name === name);
  }

  /** @returns {any|null} the incident in the middle column */
  chosenIncident() {
    const { chosen } = this.ui;
    return chosen?.kind === "incident" ? (this.store.get("incidents", chosen.id) ?? null) : null;
  }

  chosenCall() {
    const { chosen } = this.ui;
    return chosen?.kind === "call" ? (this.store.get("calls", chosen.id) ?? null) : null;
  }

  typeName(key) {
    return this.reference.incident_types.find((type) => type.key === key)?.name ?? gettext("Type unknown");
  }

  dispositionName(key) {
    const all = [...this.reference.call_dispositions, ...this.reference.incident_dispositions];
    return all.find((row) => row.key === key)?.name ?? key;
  }

  // Quantities in this person's language and the city's zone.
  age = (iso) => durationText(this.clock.ageS(iso));
  time = (instant) => clockText(instant, this.timeZone);
  date = (instant) => dateText(instant, this.timeZone, this.language);
  day = (instant) => dayText(instant, this.timeZone, this.language);
  radius = (metres) => radiusText(metres, this.language);
  distance = (metres) => distanceText(metres, this.language);

  /** Who calls: the number, else what is known, never blank. */
  callerText(call) {
    return phoneText(call.caller) ?? call.caller_name ?? gettext("No number");
  }

  /** Where an incident is, in words. */
  placeText(incident) {
    const district = incident.district ? `Kel. ${incident.district}` : null;
    const parts = [incident.address || incident.location?.label, district].filter(Boolean);
    return (
      parts.join(", ") || (incident.location ? gettext("Position without address") : gettext("Place unknown"))
    );
  }
}
