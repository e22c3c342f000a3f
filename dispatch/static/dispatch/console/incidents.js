/** Open incidents. Rows keep their places while the pointer or the focus is on them; new ones wait behind a button. */
import { icon, priorityBadge, prioritySymbol, statusSymbol, swapIcon } from "#realtime/icons";
import { fill, gettext, ngettext, priorityName, shortNumber, statusName } from "#realtime/words";
import { durationText } from "#realtime/time";
import { assignmentsOf, callsOf, incidentsInOrder, limitOf } from "#console/board";
import { h, keyed, once, setAttribute, setClass, setText, show } from "#console/dom";
import { listKeys, Panel } from "#console/panel";

const ROWS_MAX = 120;
const UNITS_SHOWN = 3;
const UNITS_SHOWN_NARROW = 2;
const NARROW = "(max-width: 1799px), (max-height: 859px)";

export class Incidents extends Panel {
  /** @type {string[]} ids in the order in which they are shown */
  order = [];

  connect() {
    const head = [
      "",
      gettext("No."),
      gettext("Type and place"),
      gettext("Units"),
      gettext("Limit"),
      gettext("Age"),
    ];
    const cells = head.map((text, at) =>
      h("th", { scope: "col", class: at > 3 ? "num" : null }, text || h("span", "vh", gettext("Priority"))),
    );
    this.body = h("tbody", null);
    const columns = ["p", "no", "what", "us", "lim", "age"].map((name) => h("col", { class: `col-${name}` }));
    this.table = h(
      "table",
      { class: "t", role: "grid", tabindex: "0", "aria-labelledby": "incidents-title" },
      h("colgroup", null, ...columns),
      h("thead", null, h("tr", null, ...cells)),
      this.body,
    );
    this.empty = h(
      "div",
      "none",
      h("b", null, gettext("No open incident")),
      h("span", null, gettext("Answer a call, or type “new” and what happened.")),
    );
    this.more = h("div", "sub");
    this.part("scroll").append(this.table, this.empty, this.more);
    this.on(this.body, "click", (event) => this.#choose(event.target.closest("tr")?.dataset.id));
    this.on(this.table, "keydown", (event) => this.#key(event));
    this.on(this.part("new"), "click", () => this.reveal());
  }

  #choose(id) {
    if (id) this.app.ui.choose("incident", id);
  }

  #key(event) {
    const rows = () => [...this.body.rows];
    const marked = () => this.app.ui.chosen?.id ?? null;
    if (event.key === "Enter") return this.app.panel("case").focusFirst();
    return listKeys(event, { rows, marked, mark: (id) => this.#choose(id) });
  }

  focus() {
    this.table.focus();
    if (!this.app.chosenIncident() && this.order.length) this.#choose(this.order[0]);
  }

  /** `N`: show what waits, in its place. */
  reveal() {
    this.order = incidentsInOrder(this.app.store).map((incident) => incident.id);
    this.render();
  }

  #busy() {
    return this.element.matches(":hover") || this.element.contains(document.activeElement);
  }

  render() {
    const { store, ui } = this.app;
    const all = incidentsInOrder(store);
    const known = new Set(this.order);
    const fresh = all.filter((incident) => !known.has(incident.id));
    const chosenIsNew = fresh.some((incident) => incident.id === ui.chosen?.id);
    if (!this.#busy() || !this.order.length || chosenIsNew) this.order = all.map((incident) => incident.id);
    else this.order = this.order.filter((id) => store.get("incidents", id));
    const hidden = all.length - this.order.length;
    show(this.part("new"), hidden);
    const words = ngettext("%(count)s new ↓", "%(count)s new ↓", hidden);
    setText(this.part("new-text"), fill(words, { count: hidden }));
    setText(this.part("count"), String(all.length));
    const shown = this.order
      .slice(0, ROWS_MAX)
      .map((id) => store.get("incidents", id))
      .filter(Boolean);
    keyed(this.body, shown, { key: (incident) => incident.id, create: (incident) => this.#row(incident) });
    show(this.more, this.order.length > ROWS_MAX);
    setText(this.more, `+${this.order.length - ROWS_MAX}`);
    show(this.empty, !all.length);
    show(this.table, all.length);
    const chosen = this.app.chosenIncident();
    setAttribute(this.table, "aria-activedescendant", chosen ? `incident-${chosen.id}` : null);
  }

  #row(incident) {
    const badge = priorityBadge(incident.priority, priorityName(incident.priority));
    const number = h("td", "num mid");
    const type = h("span", "ty");
    const place = h("span", "pl");
    const unread = h("span", "tag warn");
    const unitsCell = h("td", null);
    const timer = h("span", "timer");
    const limitName = h("span", "dim limit-name");
    const age = h("td", "num mid");
    const row = h("tr", { id: `incident-${incident.id}`, "data-id": incident.id });
    const what = h("td", null, h("span", "two", type, h("span", "sep narrow-only", ", "), place, unread));
    row.append(h("td", "pr-cell", badge), number, what, unitsCell, h("td", "lim num", timer, limitName), age);
    row.update = (now) => {
      setClass(row, "sel", this.app.ui.chosen?.id === now.id);
      setAttribute(row, "aria-selected", this.app.ui.chosen?.id === now.id ? "true" : "false");
      swapIcon(badge, prioritySymbol(now.priority));
      setAttribute(badge, "aria-label", priorityName(now.priority));
      setText(number, shortNumber(now.number).slice(1));
      setText(type, this.app.typeName(now.type));
      setText(place, this.app.placeText(now));
      setAttribute(what, "title", `${this.app.typeName(now.type)}, ${this.app.placeText(now)}`);
      const fresh = callsOf(this.app.store, now).flatMap(
        (call) => this.app.reading?.fresh(call) ?? [],
      ).length;
      setText(unread, fresh ? fill(gettext("%(count)s unread"), { count: fresh }) : "");
      show(unread, fresh);
      this.#units(unitsCell, now);
      this.#limit(timer, limitName, now);
      setText(age, this.app.age(now.received_at ?? now.opened_at));
    };
    return row;
  }

  #units(cell, incident) {
    const { store } = this.app;
    const out = assignmentsOf(store, incident).map((row) => [store.get("units", row.unit_id), row]);
    const narrow = matchMedia(NARROW).matches;
    const shown = out.slice(0, narrow ? UNITS_SHOWN_NARROW : UNITS_SHOWN);
    const statusOf = (unit, row) => (unit && unit.status !== "available" ? unit.status : row.status);
    const signature = out.map(([unit, row]) => `${row.unit_id}${statusOf(unit, row)}`).join() || "none";
    once(cell, `${narrow}${signature}`, () => {
      if (!out.length) return [h("span", "strong", gettext("none yet"))];
      const chips = shown.map(([unit, row]) => {
        const status = statusOf(unit, row);
        const shape = icon(statusSymbol(status === "notified" ? "assigned" : status));
        const chip = h(
          "span",
          "st",
          shape,
          h("b", null, shortCallsign(unit?.callsign ?? "?")),
          h("span", "vh", statusName(status)),
        );
        chip.style.color = `var(--st-${status === "notified" ? "assigned" : status})`;
        return chip;
      });
      const rest = out.length - shown.length;
      return [h("span", "us", ...chips, rest > 0 ? h("span", "dim", `+${rest}`) : null)];
    });
  }

  #limit(timer, name, incident) {
    const limit = limitOf(this.app.store, incident, this.app.limits, this.app.clock);
    const wanted = limit ? `timer ${limit.level}` : "timer";
    if (timer.className !== wanted) timer.className = wanted;
    setText(timer, limit ? durationText(limit.seconds) : "");
    const words = { assign: gettext("assign"), acknowledge: gettext("acknowledge") };
    setText(name, limit ? words[limit.name] : "");
  }
}

/** `DAMKAR-12` is `D-12` and `POL-M2` is `P-M2` where there is little room. */
export function shortCallsign(callsign) {
  const [, letters, rest] = /^(\p{L})\p{L}*(-?\p{L}?\d.*)$/u.exec(callsign) ?? [];
  return letters ? `${letters}${rest}` : callsign;
}
