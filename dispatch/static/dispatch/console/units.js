/** All units by agency: shape, callsign, status in words, for what, how long. */
import { icon, kindSymbol, statusSymbol, swapIcon } from "#realtime/icons";
import { fill, gettext, kindName, shortNumber, statusName } from "#realtime/words";
import { FREE, incidentOfUnit, isStale, judged, unitsByAgency } from "#console/board";
import { h, keyed, setAttribute, setClass, setText } from "#console/dom";
import { listKeys, Panel } from "#console/panel";

const WAITS_FOR_ANSWER = new Set(["assigned"]);

export class Units extends Panel {
  connect() {
    this.list = this.part("list");
    this.marked = null;
    this.on(this.list, "keydown", (event) => this.#key(event));
    this.on(this.list, "click", (event) => {
      const row = event.target.closest("[data-id]");
      if (row) this.#mark(row.dataset.id);
    });
    this.on(this.list, "dblclick", () => this.#take());
  }

  #key(event) {
    if (event.key === "Enter") return this.#take();
    const rows = () => [...this.list.querySelectorAll("[data-id]")];
    return listKeys(event, { rows, marked: () => this.marked, mark: (id) => this.#mark(id) });
  }

  #mark(id) {
    this.marked = id;
    this.app.panel("map")?.showUnit(id);
    this.render();
  }

  /** The callsign goes into the command line. */
  #take() {
    const unit = this.marked ? this.app.store.get("units", this.marked) : null;
    if (unit) this.app.panel("dock").insert(unit.callsign.toLowerCase());
  }

  focus() {
    this.list.focus();
    const first = this.list.querySelector("[data-id]");
    if (!this.marked && first) this.#mark(first.dataset.id);
  }

  render() {
    const groups = unitsByAgency(this.app.store, this.app.reference.agencies);
    const free = (units) => units.filter((unit) => FREE.has(unit.status) && !unit.assignment_id).length;
    const all = groups.flatMap((group) => group.units);
    const words = fill(gettext("%(free)s free of %(all)s"), { free: free(all), all: all.length });
    setText(this.part("count"), words);
    keyed(this.list, this.#balanced(groups), {
      key: (group) => group.code,
      create: (group) => this.#group(group, free),
    });
    setAttribute(this.list, "aria-activedescendant", this.marked ? `unit-${this.marked}` : null);
  }

  /** The agency with which the second column begins, so that both are about as long. */
  #balanced(groups) {
    const lines = groups.map((group) => group.units.length + 1);
    const half = lines.reduce((sum, count) => sum + count, 0) / 2;
    let before = 0;
    let at = 0;
    while (at < groups.length && before + lines[at] / 2 < half) before += lines[at++];
    return groups.map((group, index) => ({ ...group, breaks: index === at && index > 0 }));
  }

  #group(_group, free) {
    const name = h("b", { role: "rowheader" });
    const count = h("span", { role: "gridcell" });
    const rows = h("div", { role: "presentation" });
    const element = h(
      "div",
      { class: "grp", role: "rowgroup" },
      h("div", { class: "ag", role: "row" }, name, count),
      rows,
    );
    element.update = (now) => {
      setClass(element, "brk", now.breaks);
      setText(name, now.name);
      setAttribute(name, "title", now.name);
      setText(
        count,
        fill(gettext("%(free)s free / %(all)s"), { free: free(now.units), all: now.units.length }),
      );
      keyed(rows, now.units, { key: (unit) => unit.id, create: (unit) => this.#row(unit) });
    };
    return element;
  }

  #row(unit) {
    const kind = icon(kindSymbol(unit.kind), "k");
    const shape = icon(statusSymbol(unit.status));
    const word = h("span", null);
    const status = h("span", { class: "st", role: "gridcell" }, shape, word);
    const forWhat = h("span", { class: "for cut", role: "gridcell" });
    const time = h("span", { class: "num tm", role: "gridcell" });
    const callsign = h("span", { class: "cs cut", role: "rowheader" }, unit.callsign);
    const row = h("div", { class: "u", role: "row", id: `unit-${unit.id}`, "data-id": unit.id });
    const kindCell = h(
      "span",
      { role: "gridcell", class: "kind" },
      kind,
      h("span", "vh", kindName(unit.kind)),
    );
    row.append(kindCell, callsign, status, forWhat, time);
    row.update = (now) => {
      const { app } = this;
      const stale = isStale(now, app.limits, app.clock);
      const seconds = app.clock.ageS(now.status_at);
      const late =
        WAITS_FOR_ANSWER.has(now.status) &&
        judged("acknowledge", seconds, app.limits.acknowledge_s)?.level !== "ok";
      setClass(row, "late", late);
      setClass(row, "st-stale", stale);
      setClass(row, "picked", this.marked === now.id);
      setAttribute(row, "aria-selected", this.marked === now.id ? "true" : "false");
      const colour = `var(--st-${now.status})`;
      if (status.style.color !== colour) status.style.color = colour;
      swapIcon(shape, statusSymbol(now.status));
      setText(word, statusName(now.status));
      const incident = incidentOfUnit(app.store, now);
      setText(forWhat, incident ? shortNumber(incident.number) : (now.status_reason ?? now.station ?? ""));
      setAttribute(
        row,
        "title",
        stale ? fill(gettext("Position is %(age)s old"), { age: app.age(now.position.at) }) : null,
      );
      setText(time, app.age(now.status_at));
      setClass(time, "dim", FREE.has(now.status));
    };
    return row;
  }
}
