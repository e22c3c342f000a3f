/** What is known of the incident's place: read first, added and withdrawn here. */
import { holding } from "#realtime/premises";
import { fill, gettext, premiseKindName, premiseSeverityName } from "#realtime/words";
import { h, keyed, setClass, setText, show } from "#console/dom";

const TEXT_CHARS_MAX = 500; // as maps/models/premises.py
const OWNER_CHARS_MAX = 120;
const REASON_CHARS_MAX = 300;
const KINDS = ["hazard", "access", "contact", "note"];
const SEVERITIES = ["danger", "caution", "info"];
const RADIUS_M = 50;

export class CasePremises {
  name = "premises";

  constructor(app) {
    this.app = app;
    this.count = h("span", null);
    this.add = h(
      "button",
      { type: "button", class: "plain", "aria-expanded": "false", onclick: () => this.#open(!this.isOpen) },
      gettext("Add a note on this place"),
    );
    const head = h(
      "div",
      "sec",
      h("b", null, gettext("About this place")),
      this.count,
      h("span", "fill"),
      this.add,
    );
    this.list = h("ul", "premises");
    this.form = this.#form();
    this.element = h("div", "section", head, this.form, this.list);
    this.#open(false);
  }

  reset() {
    this.#open(false);
  }

  render(subject) {
    this.incident = subject.incident;
    const notes = holding(subject.incident?.premises, this.app.clock.now());
    show(this.element, subject.incident?.location);
    setText(this.count, notes.length ? String(notes.length) : "");
    keyed(this.list, notes, { key: (note) => note.id, create: (note) => this.#row(note) });
    show(this.list, notes.length);
  }

  #row(note) {
    const word = h("b", "sev", premiseSeverityName(note.severity));
    const until = note.valid_to ? fill(gettext("until %(at)s"), { at: this.app.time(note.valid_to) }) : null;
    const source = [premiseKindName(note.kind), note.owner, until].filter(Boolean).join(" · ");
    const reason = h("input", {
      class: "in",
      hidden: true,
      maxlength: REASON_CHARS_MAX,
      "aria-label": gettext("Why is it no longer true?"),
      placeholder: gettext("why? then Enter"),
    });
    const off = h("button", { type: "button", class: "plain" }, gettext("No longer true"));
    const ask = (wanted) => {
      show(reason, wanted);
      show(off, !wanted);
      (wanted ? reason : off).focus();
    };
    off.addEventListener("click", () => ask(true));
    reason.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        ask(false);
      }
      if (event.key !== "Enter" || !reason.value.trim()) return;
      event.preventDefault();
      this.app.act("premise.withdraw", { premise_id: note.id, reason: reason.value.trim() });
    });
    const row = h(
      "li",
      "premise",
      word,
      h("span", "words", h("span", null, note.text), h("span", "dim", source)),
      off,
      reason,
    );
    setClass(row, note.severity, true);
    row.update = () => {};
    return row;
  }

  #form() {
    const choice = (name, words, values, label) =>
      h(
        "select",
        { class: "in", name, "aria-label": label },
        ...values.map((value) => h("option", { value }, words(value))),
      );
    this.severity = choice("severity", premiseSeverityName, SEVERITIES, gettext("How grave"));
    this.kind = choice("kind", premiseKindName, KINDS, gettext("What about"));
    this.text = h("input", {
      class: "in",
      maxlength: TEXT_CHARS_MAX,
      "aria-label": gettext("Note"),
      placeholder: gettext("what crews should know"),
    });
    this.owner = h("input", {
      class: "in",
      maxlength: OWNER_CHARS_MAX,
      "aria-label": gettext("Who can be asked"),
      placeholder: gettext("who can be asked"),
    });
    const save = h("button", { type: "submit", class: "btn small" }, gettext("Save"));
    const form = h("form", "premise-form", this.severity, this.kind, this.text, this.owner, save);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#open(false);
      this.add.focus();
    });
    return form;
  }

  #open(wanted) {
    this.isOpen = wanted;
    show(this.form, wanted);
    this.add.setAttribute("aria-expanded", String(wanted));
    if (wanted) this.text.focus();
  }

  async #save() {
    const { lat, lng, radius_m } = this.incident.location;
    const missing = [this.text, this.owner].find((field) => !field.value.trim());
    if (missing) return missing.focus();
    const reply = await this.app.act("premise.note", {
      kind: this.kind.value,
      severity: this.severity.value,
      text: this.text.value.trim(),
      owner: this.owner.value.trim(),
      circle: { lat, lng, radius_m: Math.min(Math.max(radius_m ?? RADIUS_M, RADIUS_M), 200) },
    });
    if (!reply.ok) return;
    this.text.value = "";
    this.owner.value = "";
    this.#open(false);
    this.add.focus();
  }
}
