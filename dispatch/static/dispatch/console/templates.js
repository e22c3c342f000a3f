/** Approved words, the only ones that WhatsApp carries when the window has closed. */
import { gettext } from "#realtime/words";
import { h, once, setText, show } from "#console/dom";

export class Templates {
  /** @param {import("./app.js").App} app @param {(body: object) => Promise<{ok: boolean}>} send */
  constructor(app, send) {
    this.app = app;
    this.send = send;
    this.select = h("select", { class: "in", "aria-label": gettext("Approved template") });
    this.select.addEventListener("change", () => this.#chose());
    this.words = h("p", "preview");
    this.fields = h("div", "holes");
    const button = h(
      "button",
      { class: "btn primary small" },
      gettext("Send template"),
      h("kbd", null, "Enter"),
    );
    this.none = h(
      "p",
      "dim",
      gettext("No template has been entered in the administration. Call back instead: Alt B."),
    );
    this.form = h("form", "templates", this.select, this.words, this.fields, button);
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.form.addEventListener("input", () => this.#preview());
    this.element = h("div", { hidden: true }, this.none, this.form);
  }

  focus() {
    if (this.form.hidden) return false;
    this.select.focus();
    return true;
  }

  render() {
    const rows = this.app.reference.message_templates ?? [];
    show(this.none, !rows.length);
    show(this.form, rows.length);
    once(this.select, rows.map((row) => row.id).join() || "none", () =>
      rows.map((row) => h("option", { value: row.id }, `${row.name} (${row.language.toUpperCase()})`)),
    );
    this.#chose();
  }

  #row() {
    return (this.app.reference.message_templates ?? []).find((row) => row.id === this.select.value);
  }

  #chose() {
    const row = this.#row();
    if (!row || row.id === this.drawn) return;
    this.drawn = row.id;
    this.fields.replaceChildren(
      ...row.variables.map((number) =>
        h("input", {
          class: "in",
          maxlength: "300",
          required: true,
          "data-number": number,
          "aria-label": `{{${number}}}`,
          placeholder: `{{${number}}}`,
        }),
      ),
    );
    this.#preview();
  }

  #values() {
    return [...this.fields.children].map((field) => field.value.trim());
  }

  #preview() {
    const row = this.#row();
    if (!row) return;
    const values = new Map(row.variables.map((number, at) => [number, this.#values()[at]]));
    setText(
      this.words,
      row.text.replace(/\{\{(\d{1,2})\}\}/g, (hole, number) => values.get(number) || hole),
    );
  }

  async #submit(event) {
    event.preventDefault();
    const row = this.#row();
    if (!row || this.sending) return;
    this.sending = true;
    const reply = await this.send({ template_id: row.id, variables: this.#values() });
    this.sending = false;
    if (!reply.ok) return;
    for (const field of this.fields.children) field.value = "";
    this.#preview();
  }
}
