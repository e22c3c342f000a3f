/** One telephone: whose it is, its call, its messages. */

import { act } from "#phone/acts";
import { CallPanel } from "#phone/call";
import { el, word, write } from "#phone/dom";
import { Line } from "#phone/line";
import { Thread } from "#phone/thread";

export class Card {
  #name = el("h2");
  #number = el("p.number");
  #call;
  #thread;
  #line = new Line();
  #before = -1;

  constructor(phone) {
    this.#call = new CallPanel(phone.id);
    this.#thread = new Thread(phone.id);
    const away = el(
      "button.away",
      {
        type: "button",
        title: word("remove"),
        "aria-label": word("remove"),
        onclick: () => act("remove", phone.id),
      },
      ["×"],
    );
    const head = el("header", {}, [el("div", {}, [this.#name, this.#number]), away]);
    this.element = el("article.phone", { "data-number": phone.number }, [
      head,
      this.#call.element,
      this.#thread.element,
    ]);
  }

  /** Whether a message of the centre has come that was not there before. */
  update(phone) {
    write(this.#name, phone.name || phone.number || word("hidden"));
    write(this.#number, phone.name ? phone.number || word("hidden") : "");
    this.#call.update(phone.call);
    this.#line.update(phone.call);
    this.element.classList.toggle("is-rung", this.#call.isRung);
    this.#thread.update(phone);
    const received = phone.messages.filter((one) => !one.mine).length;
    const more = this.#before >= 0 && received > this.#before;
    this.#before = received;
    return more;
  }

  tick() {
    this.#call.tick();
  }

  get isRung() {
    return this.#call.isRung;
  }
}
