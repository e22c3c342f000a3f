/** The fields: type by typing, priority, address, landmark, note. Saved when left or with Enter, not with every key. */
import { priorityBadge } from "#realtime/icons";
import { getJson } from "#realtime/page";
import { gettext, priorityName } from "#realtime/words";
import { h, kbd, setAttribute, setClass, setText, show } from "#console/dom";
import { TypeField } from "#console/type_field";

const SEARCH_WAIT_MS = 250;
const SEARCH_CHARS_MIN = 3;
const SEARCH_CHARS_MAX = 200; // as maps/views.py: QUERY_CHARACTERS_MAX
const PLACES_MAX = 5;
const TEXTS_MAX = { address: 300, landmark: 300, note: 10_000 };

export class CaseForm {
  name = "form";

  constructor(app, owner) {
    this.app = app;
    this.owner = owner;
    this.fields = {};
    this.type = new TypeField(app, (key) => this.#typed(key));
    this.saved = h("span", { role: "status" });
    const note = this.#text("note", gettext("What was told"), "Alt N", "c6", "textarea", this.saved);
    note.querySelector("textarea").rows = 3;
    this.element = h(
      "form",
      { class: "form", autocomplete: "off", onsubmit: (event) => event.preventDefault() },
      this.type.element,
      this.#priorities(),
      this.#text("address", gettext("Address"), "Alt A", "c6", "input"),
      this.#text("landmark", gettext("Landmark"), "Alt K", "c6", "input"),
      note,
    );
    this.fields.address.addEventListener("input", () => this.#search());
  }

  reset() {
    this.#clearTimers();
    for (const field of Object.values(this.fields)) field.dirty = false;
    setText(this.saved, "");
    this.type.reset();
  }

  /** What is typed and not yet left counts: opening, answering the next call and choosing another row come in between. */
  commit() {
    this.type.commit();
    for (const name of Object.keys(this.fields)) this.#save(name);
  }

  focus(name) {
    const field = name === "type" ? this.type.input : this.fields[name];
    field?.focus();
    field?.select?.();
  }

  setPriority(priority) {
    return this.owner.change({ priority });
  }

  render(subject) {
    const values = subject.incident ?? subject.draft;
    show(this.element, subject.incident || !subject.call.incident_id);
    this.type.show(values.type);
    const kind = this.app.reference.incident_types.find((type) => type.key === values.type);
    const priority = values.priority ?? (subject.draft ? (kind?.default_priority ?? null) : null);
    for (const [value, button] of this.buttons) {
      setClass(button, "on", value === priority);
      setAttribute(button, "aria-checked", value === priority ? "true" : "false");
      setAttribute(button, "tabindex", value === (priority ?? 1) ? "0" : "-1");
    }
    for (const [name, field] of Object.entries(this.fields)) {
      const value = values[name] ?? "";
      if (!field.dirty && document.activeElement !== field && field.value !== value) field.value = value;
    }
  }

  #typed(key) {
    this.owner.change({ type: key }).then((reply) => this.#said(reply));
  }

  #priorities() {
    this.buttons = new Map();
    const group = h("div", { class: "seg", role: "radiogroup", "aria-label": gettext("Priority") });
    for (const value of [1, 2, 3, 4]) {
      const choose = () => this.setPriority(value);
      const button = h(
        "button",
        { type: "button", role: "radio", onclick: choose },
        priorityBadge(value, priorityName(value)),
      );
      this.buttons.set(value, button);
      group.append(button);
    }
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const all = [...this.buttons.values()];
      const next = all[(all.indexOf(event.target.closest("button")) + step + all.length) % all.length];
      next.focus();
      next.click();
    });
    return h("div", "f c3", h("span", "lab", gettext("Priority"), kbd("Alt 1–4")), group);
  }

  #text(name, label, key, columns, tag, hint = null) {
    const id = `case-${name}`;
    const field = h(tag, { class: "in", id, maxlength: TEXTS_MAX[name], autocomplete: "off" });
    field.dirty = false;
    field.addEventListener("input", () => {
      field.dirty = true;
    });
    field.addEventListener("blur", () => this.#save(name));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey) {
        event.preventDefault();
        this.#save(name);
      } else if (event.key === "Escape") {
        field.dirty = false;
        field.blur();
        this.app.redraw();
      }
    });
    this.fields[name] = field;
    return h(
      "div",
      `f ${columns}`,
      h("label", { for: id }, h("span", null, label), h("span", null, hint, " ", kbd(key))),
      field,
    );
  }

  async #save(name) {
    const field = this.fields[name];
    if (!field.dirty) return;
    field.dirty = false;
    const id = this.owner.subject()?.id;
    const reply = await this.owner.change({ [name]: field.value.trim() });
    if (this.owner.subject()?.id !== id) return;
    if (!reply.ok) field.dirty = true; // what was typed stays until it has been taken
    this.#said(reply);
  }

  #said(reply) {
    if (reply.ok) setText(this.saved, `${gettext("saved")} ${this.app.time(this.app.clock.now())}`);
    else setText(this.saved, gettext("not saved"));
  }

  /** Places for what is typed as the address appear among the location evidence, to be picked with Alt L and a digit. */
  #search() {
    this.#clearTimers();
    const query = this.fields.address.value.trim();
    if (query.length < SEARCH_CHARS_MIN) return this.app.ui.setFound([]);
    this.timer = setTimeout(() => this.findPlaces(query), SEARCH_WAIT_MS);
  }

  async findPlaces(query) {
    this.#clearTimers();
    this.aborter = new AbortController();
    const { lat, lng } = this.owner.subject()?.location ?? this.app.boot.city;
    const parameters = new URLSearchParams({
      q: query.slice(0, SEARCH_CHARS_MAX),
      near: `${lat},${lng}`,
      limit: String(PLACES_MAX),
    });
    try {
      const answer = await getJson(`/api/v1/places?${parameters}`, { signal: this.aborter.signal });
      this.app.ui.setFound(answer.places);
      return answer.places;
    } catch (error) {
      if (error.name !== "AbortError")
        this.app.say(gettext("The search for places does not answer."), "refused");
      return [];
    }
  }

  #clearTimers() {
    clearTimeout(this.timer);
    this.aborter?.abort();
  }
}
