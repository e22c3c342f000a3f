/** Ready sentences: a digit or Enter puts one into the field, in the citizen's language. */
import { gettext } from "#realtime/words";
import { h, kbd, keyed, setAttribute, setClass, setText, show } from "#console/dom";
import { listKeys } from "#console/panel";

const LANGUAGES = { id: "Bahasa Indonesia", en: "English" };

export class QuickReplies {
  /** @param {import("./app.js").App} app @param {(text: string) => void} insert */
  constructor(app, insert) {
    this.app = app;
    this.insert = insert;
    this.language = "id";
    this.marked = "0";
    this.toggleLanguage = h("button", { type: "button", class: "plain" });
    this.toggleLanguage.addEventListener("click", () => this.#otherLanguage());
    this.list = h("div", {
      class: "quicklist",
      role: "listbox",
      tabindex: "0",
      "aria-label": gettext("Quick replies"),
    });
    this.list.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("click", (event) => this.#use(event.target.closest("[data-id]")?.dataset.id));
    const head = h(
      "div",
      "sec",
      h("b", null, gettext("Quick replies")),
      this.toggleLanguage,
      kbd("L"),
      kbd("1–9"),
    );
    this.element = h("div", { class: "quick", hidden: true }, head, this.list);
  }

  toggle() {
    show(this.element, this.element.hidden);
    if (this.element.hidden) return;
    this.#draw();
    this.list.focus();
  }

  hide() {
    show(this.element, false);
  }

  #draw() {
    const rows = (this.app.reference.quick_replies ?? []).map((row, at) => ({ ...row, key: String(at) }));
    setText(this.toggleLanguage, LANGUAGES[this.language]);
    keyed(this.list, rows, { key: (row) => row.key, create: (row) => this.#row(row) });
    setAttribute(this.list, "aria-activedescendant", rows.length ? `quick-${this.marked}` : null);
  }

  #row(row) {
    const number = Number(row.key) + 1;
    const cap = h("span", "dim num", number <= 9 ? String(number) : "");
    const words = h("span", null);
    const line = h("div", { role: "option", id: `quick-${row.key}`, "data-id": row.key }, cap, words);
    line.update = (now) => {
      setText(words, now[this.language]);
      setAttribute(words, "lang", this.language);
      setClass(line, "marked", now.key === this.marked);
      setAttribute(line, "aria-selected", now.key === this.marked ? "true" : "false");
    };
    return line;
  }

  #otherLanguage() {
    this.language = this.language === "id" ? "en" : "id";
    this.#draw();
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.hide();
      this.insert("");
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#use(this.marked);
    } else if (/^[1-9]$/.test(event.key)) {
      event.preventDefault();
      event.stopPropagation();
      this.#use(String(Number(event.key) - 1));
    } else if (event.key.toLowerCase() === "l") {
      event.stopPropagation();
      this.#otherLanguage();
    } else {
      const mark = (id) => {
        this.marked = id;
        this.#draw();
      };
      listKeys(event, { rows: () => [...this.list.children], marked: () => this.marked, mark });
    }
  }

  #use(key) {
    const row = this.app.reference.quick_replies?.[Number(key)];
    if (!row) return;
    this.hide();
    this.insert(row[this.language]);
  }
}
