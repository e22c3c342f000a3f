/** A small form over the map: asks for what an act on the map needs besides its place. Escape closes it. */
import { gettext } from "#realtime/words";
import { h } from "#console/dom";

export class MapForm {
  /** @param {HTMLElement} host @param {() => void} closed where the focus goes afterwards */
  constructor(host, closed) {
    this.host = host;
    this.closed = closed;
  }

  get isOpen() {
    return Boolean(this.element);
  }

  /**
   * @param {{title: string, save: string, fields: {name: string, label: string, options?: [string, string][],
   *   type?: string, maxlength?: number, required?: boolean}[], done: (values: object) => Promise<{ok: boolean}>}} what
   */
  open({ title, save, fields, done }) {
    this.close();
    const inputs = fields.map((field) => this.#input(field));
    const rows = fields.map((field, at) => h("label", null, h("span", "mid", field.label), inputs[at]));
    const cancel = h("button", { type: "button", class: "btn small", onclick: () => this.close() });
    cancel.append(gettext("Cancel"));
    const submit = h("button", { type: "submit", class: "btn small primary" }, save);
    this.element = h("form", { class: "map-form", "aria-label": title }, h("b", null, title), ...rows);
    this.element.append(h("div", "acts", cancel, submit));
    this.element.addEventListener("submit", async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(fields.map((field, at) => [field.name, inputs[at].value.trim()]));
      const reply = await done(values);
      if (reply.ok) this.close();
    });
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
    for (const type of ["mousedown", "dblclick", "wheel", "contextmenu"])
      this.element.addEventListener(type, (event) => event.stopPropagation());
    this.host.append(this.element);
    inputs[0].focus();
  }

  close() {
    if (!this.element) return;
    this.element.remove();
    this.element = null;
    this.closed();
  }

  #input({ name, options, type, maxlength, required }) {
    if (options)
      return h(
        "select",
        { class: "in", name },
        ...options.map(([value, words]) => h("option", { value }, words)),
      );
    return h("input", { class: "in", name, type: type ?? "text", maxlength, required });
  }
}
