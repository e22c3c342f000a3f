/** The phone book: whom to bring into a call, from the list or by number, and how. It lies over the map. */
import { phoneText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { h, kbd, keyed, setAttribute, setText, show } from "#console/dom";
import { Panel } from "#console/panel";

const ROWS_MAX = 30;

/** Contacts whose name, purpose or number has all that was typed. Pure. */
export function contactsFor(text, contacts) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all = (one) => `${one.name} ${one.note ?? ""} ${one.phone}`.toLowerCase();
  return contacts.filter((one) => words.every((word) => all(one).includes(word)));
}

/** A number that somebody has typed in place of a name; null when it is none. */
export const typedNumber = (text) => (/^\+?[\d\s().-]{3,}$/.test(text.trim()) ? text.trim() : null);

export class Phonebook extends Panel {
  connect() {
    this.input = h("input", {
      class: "in",
      autocomplete: "off",
      maxlength: "60",
      "aria-label": gettext("Name or number"),
      placeholder: gettext("name or number"),
      role: "combobox",
      "aria-expanded": "true",
      "aria-controls": "phonebook-list",
    });
    this.rows = h("div", { id: "phonebook-list", role: "listbox", "aria-label": gettext("Phone book") });
    this.none = h("p", "none", gettext("Nobody by that name. A number can be typed, too."));
    const way = (first, words, ...caps) =>
      h("button", { type: "button", class: "btn", onclick: () => this.ring(first) }, words, ...caps.map(kbd));
    const ways = h(
      "div",
      "foot act",
      way("talk_alone", gettext("Ask them first"), "Enter"),
      way("talk_together", gettext("All together"), "Ctrl Enter"),
      way("hand_over", gettext("Hand over at once"), "⇧ Enter"),
    );
    this.part("list").append(this.input, this.rows, this.none);
    this.element.append(ways);
    this.at = 0;
    this.on(this.input, "input", () => {
      this.at = 0;
      this.render();
    });
    this.on(this.element, "keydown", (event) => this.#key(event));
  }

  toggle(wanted = this.element.hidden) {
    if (wanted && !this.app.panel("line").may?.add)
      return this.app.say(gettext("That is not possible on your line now."), "refused");
    if (wanted) this.before = document.activeElement;
    show(this.element, wanted);
    if (wanted) {
      this.input.value = "";
      this.at = 0;
      this.render();
      this.input.focus();
    } else if (this.before?.isConnected) this.before.focus();
    return undefined;
  }

  render() {
    if (this.element.hidden) return;
    const typed = typedNumber(this.input.value);
    const found = contactsFor(this.input.value, this.app.reference.contacts).slice(0, ROWS_MAX);
    const free = typed ? [{ id: "typed", name: gettext("This number"), phone: typed }] : [];
    this.shown = [...free, ...found];
    this.at = Math.min(this.at, Math.max(0, this.shown.length - 1));
    show(this.none, !this.shown.length);
    keyed(this.rows, this.shown, { key: (one) => one.id, create: (one) => this.#row(one) });
    const marked = this.shown[this.at];
    setAttribute(this.input, "aria-activedescendant", marked ? `contact-${marked.id}` : null);
  }

  #row(contact) {
    const number = h("span", "num");
    const row = h(
      "div",
      { class: "contact", role: "option", id: `contact-${contact.id}` },
      h("b", "cut", contact.name),
      number,
      h("span", "cut mid", contact.note ?? ""),
    );
    row.addEventListener("click", () => {
      this.at = this.shown.findIndex((one) => one.id === contact.id);
      this.render();
      this.input.focus();
    });
    row.update = (now) => {
      setText(number, phoneText(now.phone) ?? now.phone);
      setAttribute(row, "aria-selected", String(this.shown[this.at]?.id === now.id));
    };
    return row;
  }

  #key(event) {
    if (event.key === "Escape") this.toggle(false);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.at = Math.min(Math.max(0, this.at + step), Math.max(0, this.shown.length - 1));
      this.render();
    } else if (event.key === "Enter" && event.target === this.input) {
      this.ring(event.ctrlKey ? "talk_together" : event.shiftKey ? "hand_over" : "talk_alone");
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {"talk_alone"|"talk_together"|"hand_over"} first */
  async ring(first) {
    const contact = this.shown[this.at];
    const line = this.app.panel("line").line;
    if (!contact || !line) return this.app.say(gettext("Choose somebody, or type a number."), "refused");
    const name = contact.id === "typed" ? "" : contact.name;
    const body = { call_id: line.call.id, who: name, number: contact.phone, first };
    const reply = await this.app.act("call.add_party", body);
    if (!reply.ok) return reply;
    this.toggle(false);
    this.app.say(fill(gettext("%(name)s is being called."), { name: name || contact.phone }));
    return reply;
  }
}
