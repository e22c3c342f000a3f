/** The lower half of a telephone: SMS and WhatsApp, a position, a photo. */

import { act } from "#phone/acts";
import { fill, message } from "#phone/bubbles";
import { button, el, show, word, write } from "#phone/dom";
import { PlaceChooser } from "#phone/place";

const CHANNELS = ["whatsapp", "sms"];
const NAMES = { whatsapp: "WhatsApp", sms: "SMS" };
const PHOTO_BYTES_MAX = 8 * 1024 * 1024;

export class Thread {
  #phone;
  #channel = "whatsapp";
  #choices;
  #list = el("ol.bubbles.thread", { tabindex: "0" });
  #empty = el("p.empty", {}, [word("no_messages")]);
  #text = el("textarea", { rows: "1", placeholder: word("write"), "aria-label": word("write") });
  #file = el("input.vh", { type: "file", accept: "image/*", tabindex: "-1", "aria-label": word("photo") });
  #said = el("p.said", { role: "status" });
  #place = new PlaceChooser(
    (kind, position) => this.#send(kind, position),
    () => this.#place.open(false),
  );
  #compose;

  constructor(phone) {
    this.#phone = phone;
    this.#choices = CHANNELS.map((name) =>
      button("choice", `c-${name}`, NAMES[name], () => this.#choose(name)),
    );
    this.#file.addEventListener("change", () => this.#photo());
    this.#text.addEventListener("keydown", (event) => this.#typed(event));
    this.#compose = el("form.compose", { onsubmit: (event) => this.#write(event) }, [
      el("div.row.ways", {}, [
        ...this.#choices,
        el("span.push"),
        button("tool", "l-pin", word("pin"), () => this.#place.open(!this.#place.isOpen)),
        button("tool", "u-camera", word("photo"), () => this.#file.click()),
        this.#file,
      ]),
      this.#place.element,
      el("div.line", {}, [this.#text, el("button.plain", { type: "submit" }, [word("send")])]),
    ]);
    this.element = el("section.messages", {}, [this.#empty, this.#list, this.#compose, this.#said]);
    this.#choose(this.#channel);
  }

  update(phone) {
    const writes = phone.number !== "";
    show(this.#compose, writes);
    write(this.#empty, writes ? word("no_messages") : word("no_number"));
    show(this.#empty, phone.messages.length === 0);
    show(this.#list, phone.messages.length > 0);
    return fill(this.#list, phone.messages, (one) => `${one.sid}${one.status}`, message);
  }

  #choose(name) {
    this.#channel = name;
    this.#choices.forEach((one, at) => {
      one.setAttribute("aria-pressed", String(CHANNELS[at] === name));
    });
    this.#place.pin.hidden = name === "sms";
  }

  #typed(event) {
    if (event.key === "Enter" && !event.shiftKey) this.#write(event);
  }

  async #write(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (!text) return;
    this.#text.value = "";
    await this.#do("write", { text, channel: this.#channel });
  }

  async #send(kind, position) {
    this.#place.open(false);
    await this.#do(kind, position);
  }

  async #photo() {
    const [file] = this.#file.files;
    this.#file.value = "";
    if (!file) return;
    if (file.size > PHOTO_BYTES_MAX) {
      write(this.#said, word("did_not_work"));
      return;
    }
    await this.#do("photo", { channel: this.#channel, content_type: file.type, data: await inBase64(file) });
  }

  async #do(name, body) {
    const done = await act(name, this.#phone, body);
    write(this.#said, done.ok ? (done.accepted ? "" : word("not_taken")) : done.said);
  }
}

function inBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result).split(",", 2)[1]));
    reader.addEventListener("error", reject);
    reader.readAsDataURL(file);
  });
}
