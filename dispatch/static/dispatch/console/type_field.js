/** The type of an incident by typing: the first fitting name is completed in grey, arrows go through the others. */
import { fill, gettext } from "#realtime/words";
import { h, kbd, setAttribute, setText } from "#console/dom";
import { named } from "#console/lexicon";

export class TypeField {
  /** @param {import("./app.js").App} app @param {(key: string|null) => void} take */
  constructor(app, take) {
    this.app = app;
    this.take = take;
    this.at = 0;
    this.ghostTyped = h("span", null);
    this.ghostRest = h("i", null);
    this.hint = h("span", { id: "case-type-hint", class: "cut", role: "status" });
    this.input = h("input", {
      id: "case-type",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "60",
      "aria-describedby": "case-type-hint",
    });
    const ghost = h("span", { class: "ghost", "aria-hidden": "true" }, this.ghostTyped, this.ghostRest);
    const label = h("label", { for: "case-type" }, h("span", null, gettext("Type")), this.hint, kbd("Alt J"));
    this.element = h("div", "f c3", label, h("span", "in line", ghost, this.input));
    this.input.addEventListener("input", () => this.#typed(0));
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.#leave());
  }

  /** Another call or incident: nothing typed about the last one may be taken for it. */
  reset() {
    this.dirty = false;
    this.key = undefined;
    this.input.value = "";
    setText(this.hint, "");
  }

  /** @param {string|null} key the type that is saved */
  show(key) {
    const isNews = this.key !== key;
    this.key = key;
    if (this.dirty || (document.activeElement === this.input && !isNews)) return;
    const name = key ? this.app.typeName(key) : "";
    if (this.input.value !== name) this.input.value = name;
    setAttribute(this.input, "placeholder", gettext("unknown: type what happened"));
    this.#ghost(null);
  }

  #fitting() {
    return this.dirty ? named(this.input.value, this.app.reference.incident_types) : [];
  }

  #typed(at) {
    this.dirty =
      document.activeElement === this.input &&
      this.input.value !== (this.key ? this.app.typeName(this.key) : "");
    const fitting = this.#fitting();
    this.at = fitting.length ? (at + fitting.length) % fitting.length : 0;
    this.#ghost(fitting[this.at] ?? null);
    const others =
      fitting.length > 1
        ? fill(gettext("%(at)s of %(count)s ↑↓"), { at: this.at + 1, count: fitting.length })
        : "";
    setText(this.hint, this.dirty && this.input.value && !fitting.length ? gettext("no such type") : others);
  }

  #ghost(type) {
    const typed = this.input.value;
    const starts = type?.name.toLowerCase().startsWith(typed.toLowerCase());
    setText(this.ghostTyped, typed);
    setText(this.ghostRest, type ? (starts ? type.name.slice(typed.length) : ` → ${type.name}`) : "");
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.#typed(this.at + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.commit();
    } else if (event.key === "Escape") {
      this.dirty = false;
      this.input.blur();
      this.app.redraw();
    }
  }

  #leave() {
    this.commit();
    this.app.redraw();
  }

  /** Take what is typed, if it has been typed. */
  commit() {
    if (!this.dirty) return;
    const type = this.#fitting()[this.at];
    const emptied = !this.input.value.trim();
    this.dirty = false;
    if (type) {
      this.input.value = type.name;
      if (type.key !== this.key) this.take(type.key);
    } else if (emptied) this.take(null);
    this.#ghost(null);
    setText(this.hint, "");
    if (document.activeElement === this.input) this.input.select();
  }
}
