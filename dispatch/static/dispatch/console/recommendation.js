/** Whom to send: units with travel time and reason, then those left out and why. The person decides. */
import { icon } from "#realtime/icons";
import { getJson } from "#realtime/page";
import { minutesRangeText } from "#realtime/time";
import { fill, gettext, ngettext, sourceName, travelName } from "#realtime/words";
import { cascadeText, exactly } from "#console/board";
import { h, kbd, keyed, setAttribute, setClass, setText, show } from "#console/dom";
import { listKeys, Panel } from "#console/panel";

const WAIT_MS = 300; // several changes in one breath are one question
const AGAIN_MS = 15_000; // positions move without events
const ETA_DOUBTS = new Set(["position_old", "from_station", "straight_line", "position_unknown"]);

export class Recommendation extends Panel {
  connect() {
    this.list = this.part("list");
    this.marked = null;
    this.readAt = 0;
    this.plan = h("div", "sub", h("span", "cut"));
    this.answers = h("div", "sub", h("span", "cut"));
    this.otherwise = h("div", { class: "otherwise", role: "presentation" });
    this.rows = h("div", { role: "presentation" });
    this.why = h(
      "div",
      { class: "sub", role: "presentation" },
      h("span", null, gettext("Not chosen, and why")),
    );
    this.left = h("div", { role: "presentation" });
    this.empty = h("div", { class: "none", role: "option", "aria-disabled": "true" }, h("span", null));
    this.list.append(this.plan, this.answers, this.otherwise, this.rows, this.why, this.left, this.empty);
    for (const line of [this.plan, this.answers]) line.setAttribute("role", "presentation");
    this.on(this.part("send"), "click", () => this.send());
    this.on(this.list, "keydown", (event) => this.#key(event));
    this.on(this.list, "click", (event) => {
      const id = event.target.closest("[data-id]")?.dataset.id;
      if (id) this.#toggle(id);
    });
    this.stops.push(this.app.store.subscribe((changes, whole) => this.#changed(changes, whole)));
    this.stops.push(this.app.ui.subscribe(() => this.#read()));
  }

  #changed(changes, whole) {
    const incident = this.app.chosenIncident();
    if (!incident) return;
    const moved =
      changes.has("assignments") || changes.has("closures") || changes.get("incidents")?.has(incident.id);
    const old = Date.now() - this.readAt > AGAIN_MS && changes.has("units");
    if (whole || moved || old) this.#read(true);
  }

  #read(again = false) {
    const id = this.app.chosenIncident()?.id ?? null;
    if (!id || (!again && this.askedFor === id)) return;
    this.askedFor = id;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#fetch(id), again ? WAIT_MS : 0);
  }

  async #fetch(id) {
    this.readAt = Date.now();
    try {
      const found = await getJson(`/api/v1/incidents/${id}/recommendation`);
      if (this.app.chosenIncident()?.id === id) this.app.ui.setRecommendation(found);
      this.failed = false;
    } catch {
      this.failed = true;
      this.app.redraw();
    }
  }

  #key(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      return this.send();
    }
    if (event.key === " " && this.marked) {
      event.preventDefault();
      return this.#toggle(this.marked);
    }
    if (/^[1-9]$/.test(event.key)) return this.pick(Number(event.key));
    const rows = () => [...this.list.querySelectorAll("[data-id]")];
    return listKeys(event, { rows, marked: () => this.marked, mark: (id) => this.#mark(id) });
  }

  #mark(id) {
    this.marked = id;
    this.render();
  }

  /** The n-th line, as its key cap says. */
  pick(position) {
    const row = [...this.list.querySelectorAll("[data-id]")][position - 1];
    if (row) this.#toggle(row.dataset.id);
  }

  #toggle(unitId) {
    const incident = this.app.chosenIncident();
    if (incident) this.app.ui.togglePick(incident.id, unitId);
  }

  async send() {
    const incident = this.app.chosenIncident();
    if (!incident) return;
    const picks = [...this.app.ui.picks(incident.id)];
    if (!picks.length || this.sending) return;
    this.sending = true;
    const replies = await Promise.all(
      picks.map((unit_id) => this.app.act("unit.assign", { incident_id: incident.id, unit_id })),
    );
    this.sending = false;
    this.app.ui.clearPicks(incident.id);
    if (replies.every((reply) => reply.ok)) {
      const words = ngettext("%(count)s unit assigned.", "%(count)s units assigned.", replies.length);
      this.app.say(fill(words, { count: replies.length }));
    }
    this.#read(true);
  }

  render() {
    const incident = this.app.chosenIncident();
    const found =
      incident && this.app.ui.recommendation?.incident_id === incident.id ? this.app.ui.recommendation : null;
    const picks = found ? this.app.ui.picks(incident.id) : new Set();
    this.picks = picks;
    const rows = (units, from, chosen) =>
      units.map((unit, at) => ({ ...unit, position: from + at + 1, chosen }));
    keyed(this.rows, found ? rows(found.units, 0, true) : [], this.#how());
    keyed(this.left, found ? rows(found.left_out, found.units.length, false) : [], this.#how());
    show(this.why, found?.left_out.length);
    this.#head(found, incident);
    setAttribute(
      this.list,
      "aria-activedescendant",
      this.marked && document.getElementById(`rec-${this.marked}`) ? `rec-${this.marked}` : null,
    );
    show(this.part("send"), picks.size);
    const words = ngettext("Send %(count)s unit", "Send %(count)s units", picks.size);
    setText(this.part("send-text"), fill(words, { count: picks.size }));
  }

  #head(found, incident) {
    const missing = (found?.shortfall ?? []).map((need) => `${need.count} ${need.name}`).join(", ");
    const met = found?.needs.length && !found.units.length && !missing ? gettext("the plan is met") : "";
    setText(this.part("short"), missing ? fill(gettext("missing: %(needs)s"), { needs: missing }) : met);
    setText(this.part("when"), found ? this.app.time(found.computed_at) : "");
    const plan = (found?.needs ?? []).map((need) => `${need.count} ${need.name}`).join(", ");
    show(this.plan, plan);
    setText(this.plan.firstChild, fill(gettext("Plan: %(needs)s"), { needs: plan }));
    const answers = cascadeText(found?.answers ?? []);
    show(this.answers, answers);
    setText(this.answers.firstChild, fill(gettext("Answers here: %(stations)s"), { stations: answers }));
    setAttribute(this.answers.firstChild, "title", answers);
    keyed(
      this.otherwise,
      (found?.otherwise ?? []).map((place, at) => ({ ...place, id: `${at}` })),
      { key: (place) => place.id, create: () => this.#otherPlace() },
    );
    show(this.otherwise, found?.otherwise?.length);
    const nobody = found && !found.units.length;
    show(this.empty, !found || (nobody && !found.left_out.length));
    setText(this.empty.firstChild, this.#emptyWords(found, incident));
  }

  /** Somewhere else the callers may be, where other units would be nearest. */
  #otherPlace() {
    const row = h("p", null);
    row.update = (place) => {
      const values = {
        place: place.label?.split(",")[0] ?? sourceName(place.source),
        distance: this.app.distance(place.apart_m),
        units: place.units.join(", ").replaceAll("-", "\u2011"), // a callsign is one word
      };
      setText(row, fill(gettext("If they are at %(place)s, %(distance)s away: %(units)s."), values));
    };
    return row;
  }

  #emptyWords(found, incident) {
    if (found) return gettext("No unit can be proposed.");
    if (this.failed)
      return gettext("The recommendation could not be read. It is tried again with the next change.");
    return incident ? gettext("Being worked out…") : gettext("Appears as soon as an incident is chosen.");
  }

  #how() {
    return { key: (unit) => unit.unit_id, create: (unit) => this.#row(unit) };
  }

  #row(unit) {
    const box = h("span", "box", icon("u-check"));
    const far = h("span", "cut mid");
    const eta = h("span", "eta");
    const key = kbd("");
    const why = h("span", "why");
    const row = h("div", { class: "rc", role: "option", id: `rec-${unit.unit_id}`, "data-id": unit.unit_id });
    row.append(box, h("span", "cs cut", unit.callsign), far, eta, key, why);
    row.update = (now) => {
      const on = this.picks.has(now.unit_id);
      setClass(row, "no", !now.chosen);
      setClass(row, "marked", this.marked === now.unit_id);
      setClass(box, "on", on);
      setAttribute(row, "aria-selected", on ? "true" : "false");
      const doubt = now.reasons.some((code) => ETA_DOUBTS.has(code)) ? " ?" : "";
      const minutes = minutesRangeText(now.eta_s, now.eta_p90_s);
      setText(eta, minutes === null ? "–" : `${fill(gettext("%(count)s min"), { count: minutes })}${doubt}`);
      setAttribute(eta, "title", exactly(now));
      const parts = [
        now.distance_m === null ? null : this.app.distance(now.distance_m),
        now.by ? travelName(now.by) : null,
      ];
      setText(far, parts.filter(Boolean).join(" · "));
      setText(key, now.position <= 9 ? String(now.position) : "");
      show(key, now.position <= 9);
      setText(why, now.reason);
    };
    return row;
  }
}
