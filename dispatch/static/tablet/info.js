/** The left half: what has happened, where, what is known, who else comes. */
import { icon, statusSymbol } from "#realtime/icons";
import { clockText, durationText, radiusText } from "#realtime/time";
import { holding } from "#realtime/premises";
import {
  channelName,
  fill,
  gettext,
  premiseKindName,
  premiseSeverityName,
  shortNumber,
  statusName,
} from "#realtime/words";
import { badge, line, make, refill, slot, write } from "#tablet/dom";
import { changedFields, isWaiting } from "#tablet/steps";

const WORDS_MAX = 4;
const FIELD_NAMES = {
  type: () => gettext("type"),
  priority: () => gettext("priority"),
  address: () => gettext("address"),
  landmark: () => gettext("landmark"),
  note: () => gettext("note"),
  location: () => gettext("place on the map"),
};

export class Info {
  #clock;
  #city;
  #language;
  #names;
  #seen = null;
  #change = null;
  #redraw;

  /** @param {{names: import("#tablet/standby").Names}} options */
  constructor({ clock, city, language, names, redraw }) {
    this.#clock = clock;
    this.#city = city;
    this.#language = language;
    this.#names = names;
    this.#redraw = redraw;
  }

  connect() {
    document.querySelector('[data-act="change-read"]').addEventListener("click", () => {
      this.#change = null;
      this.#redraw();
    });
  }

  render(view) {
    const { incident, assignment } = view;
    if (!incident) return;
    this.#notice(incident, assignment);
    refill(slot("priority"), String(incident.priority), () => [badge(incident.priority)]);
    write("type", this.#names.typeName(incident.type));
    write("number", this.#numberLine(incident));
    const place = incident.address ?? incident.location?.label ?? incident.landmark;
    write("address", place ?? gettext("Address unknown"));
    write("place", this.#placeLine(incident, place));
    line("note", incident.note);
    this.#premises(incident.premises);
    this.#words(incident.words);
    this.#others(view.others);
    this.#changed();
    this.tick(view);
  }

  tick(view) {
    if (!view.incident) return;
    const age = durationText(this.#clock.ageS(view.incident.received_at ?? view.incident.opened_at));
    write("age", fill(gettext("%(age)s ago"), { age }));
  }

  #numberLine(incident) {
    const at = clockText(incident.opened_at, this.#city.timeZone);
    return fill(gettext("%(number)s · opened %(at)s ·"), { number: shortNumber(incident.number), at });
  }

  #placeLine(incident, place) {
    const parts = [
      incident.district ? fill(gettext("Kel. %(district)s"), { district: incident.district }) : null,
      incident.landmark === place ? null : incident.landmark,
      incident.location ? radiusText(incident.location.radius_m, this.#language) : null,
    ];
    return parts.filter(Boolean).join(" · ");
  }

  /** What is known of the place stands above the note: it is read on the way. */
  #premises(notes) {
    const now = holding(notes, this.#clock.now());
    refill(slot("premises"), JSON.stringify(now.map((one) => one.id)), () =>
      now.map((one) =>
        make(
          "li",
          { className: `premise ${one.severity}` },
          make("b", { text: premiseSeverityName(one.severity) }),
          make("span", { text: one.text }),
          make("span", { className: "mid", text: `${premiseKindName(one.kind)} · ${one.owner}` }),
        ),
      ),
    );
  }

  #words(words) {
    const newest = words.slice(-WORDS_MAX).reverse();
    refill(slot("words"), JSON.stringify(newest), () =>
      newest.map((one) =>
        make(
          "li",
          { className: "say" },
          make("q", { text: one.text }),
          make("span", {
            className: "mid",
            text: ` ${channelName(one.channel)} ${clockText(one.at, this.#city.timeZone, { seconds: false })}`,
          }),
        ),
      ),
    );
  }

  #others(others) {
    refill(slot("others"), others.map((one) => `${one.callsign}${one.status}`).join(), () =>
      others.map((one) => {
        const mark = make(
          "li",
          { className: "st" },
          icon(statusSymbol(one.status === "notified" ? "assigned" : one.status)),
          make("b", { text: one.callsign }),
          make("span", { text: statusName(one.status) }),
        );
        mark.style.color = `var(--st-${one.status === "notified" ? "assigned" : one.status})`;
        return mark;
      }),
    );
  }

  /** What changed after the crew had acknowledged stands there until somebody says that it was read. */
  #notice(incident, assignment) {
    const before = this.#seen;
    this.#seen = incident;
    if (before?.id !== incident.id) {
      this.#change = null;
      return;
    }
    if (before === incident || isWaiting(assignment)) return;
    const fields = changedFields(before, incident);
    if (!fields.length) return;
    const known = this.#change?.fields ?? [];
    this.#change = {
      at: this.#clock.now(),
      fields: [...new Set([...known, ...fields])],
      note: incident.note,
    };
  }

  #changed() {
    slot("changed").hidden = this.#change === null;
    if (this.#change === null) return;
    write("changed-at", clockText(this.#change.at, this.#city.timeZone, { seconds: false }));
    write("changed-what", this.#change.fields.map((field) => FIELD_NAMES[field]()).join(", "));
  }
}
