/** Units on the chosen incident: status, time, the next step when a crew reports by radio, taking one off with a reason. */
import { icon, statusSymbol, swapIcon } from "#realtime/icons";
import { fill, gettext, statusName } from "#realtime/words";
import { durationText } from "#realtime/time";
import { h, kbd, keyed, once, setText, show } from "#console/dom";

const PATIENT_KINDS = new Set(["ambulance", "ambulance_boat", "motorcycle"]);
const NEXT = {
  assigned: ["acknowledged"],
  notified: ["acknowledged"],
  acknowledged: ["en_route"],
  en_route: ["on_scene"],
  on_scene: ["clear"],
  transporting: ["at_destination", "clear"],
  at_destination: ["clear"],
};

export class CaseUnits {
  name = "units";

  constructor(app) {
    this.app = app;
    this.count = h("span", null);
    this.list = h("div", "assigned");
    const head = h(
      "div",
      "sec",
      h("b", null, gettext("Units on it")),
      this.count,
      h("span", "fill"),
      kbd("Alt U"),
    );
    this.element = h("div", "section", head, this.list);
  }

  focus() {
    this.list.querySelector("button")?.focus();
  }

  render(subject) {
    show(this.element, subject.incident && subject.assignments.length);
    setText(this.count, String(subject.assignments.length));
    keyed(this.list, subject.assignments, { key: (row) => row.id, create: (row) => this.#row(row) });
  }

  #row(assignment) {
    const unit = () => this.app.store.get("units", assignment.unit_id);
    const callsign = h("span", "cs cut");
    const shape = icon(statusSymbol("assigned"));
    const word = h("span", null);
    const status = h("span", "st", shape, word);
    const time = h("span", "num mid");
    const eta = h("span", "eta dim");
    const steps = h("span", "next-steps");
    const reason = h("input", {
      class: "in",
      maxlength: "300",
      "aria-label": gettext("Why is it taken off?"),
      placeholder: gettext("why? then Enter"),
    });
    const off = h(
      "button",
      { type: "button", class: "plain", onclick: () => this.#ask(row) },
      gettext("Take off"),
    );
    const row = h("div", "as", callsign, status, eta, time, steps, off, reason);
    reason.hidden = true;
    reason.addEventListener("keydown", (event) => this.#reason(event, row, assignment.id));
    reason.addEventListener("blur", () => this.#back(row));
    Object.assign(row, { steps, off, reason });
    row.update = (now) => {
      setText(callsign, unit()?.callsign ?? "?");
      const seen = now.status === "notified" ? "assigned" : now.status;
      swapIcon(shape, statusSymbol(seen));
      const colour = `var(--st-${seen})`;
      if (status.style.color !== colour) status.style.color = colour;
      setText(word, statusName(now.status));
      setText(
        eta,
        now.eta_s !== null && !now.on_scene_at
          ? fill(gettext("ETA %(eta)s"), { eta: durationText(now.eta_s) })
          : "",
      );
      setText(time, this.app.age(now[`${now.status}_at`] ?? now.assigned_at));
      this.#steps(steps, now, unit());
    };
    return row;
  }

  #steps(element, assignment, unit) {
    const next = [...(NEXT[assignment.status] ?? [])];
    if (assignment.status === "on_scene" && PATIENT_KINDS.has(unit?.kind)) next.unshift("transporting");
    once(element, next.join() || "none", () =>
      next.map((step) =>
        h(
          "button",
          { type: "button", class: "btn small", onclick: () => this.#advance(assignment.id, step) },
          statusName(step),
        ),
      ),
    );
  }

  #advance(assignmentId, step) {
    const body = { assignment_id: assignmentId };
    if (step === "acknowledged") return this.app.act("assignment.acknowledge", body);
    return this.app.act("assignment.advance", { ...body, status: step });
  }

  #ask(row) {
    show(row.steps, false);
    show(row.off, false);
    show(row.reason, true);
    row.reason.focus();
  }

  #back(row) {
    show(row.reason, false);
    show(row.steps, true);
    show(row.off, true);
  }

  async #reason(event, row, assignmentId) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.#back(row);
      row.off.focus();
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    const reason = row.reason.value.trim();
    if (!reason) return;
    await this.app.act("assignment.cancel", { assignment_id: assignmentId, reason });
  }
}
