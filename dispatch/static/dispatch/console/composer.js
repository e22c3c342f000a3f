/** Writing to a citizen: free words, an approved template after the window, the question for the position. */
import { durationText } from "#realtime/time";
import { fill, gettext, ngettext } from "#realtime/words";
import { isLive, isText, locationAsk, windowOf } from "#console/conversation";
import { h, kbd, keyed, setAttribute, setClass, setText, show } from "#console/dom";
import { parts, plain } from "#console/segments";
import { QuickReplies } from "#console/quick_replies";
import { Templates } from "#console/templates";

export class Composer {
  constructor(app) {
    this.app = app;
    this.written = new Map(); // what is half written, call by call
    this.to = h("select", { class: "in to", "aria-label": gettext("To whom") });
    this.to.addEventListener("change", () => this.#chose());
    this.input = h("textarea", {
      class: "in",
      id: "case-reply",
      rows: "2",
      maxlength: "1600",
      autocomplete: "off",
      "aria-describedby": "case-reply-note",
    });
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.whom = h("span", "cut");
    this.note = h("span", { class: "note", id: "case-reply-note" });
    this.closed = h(
      "p",
      "closed",
      gettext("WhatsApp window closed: the citizen has not written for 24 hours."),
    );
    this.templates = new Templates(app, (body) => this.#sendTemplate(body));
    this.quick = new QuickReplies(app, (text) => this.#insert(text));
    this.ask = h("button", { type: "button", class: "btn small" }, h("span", null), kbd("Alt W"));
    this.ask.addEventListener("click", () => this.askLocation());
    this.quickButton = h(
      "button",
      { type: "button", class: "btn small" },
      gettext("Quick replies"),
      kbd("Alt Q"),
    );
    this.quickButton.addEventListener("click", () => this.quick.toggle());
    const label = h("label", { for: "case-reply" }, this.whom, this.note, kbd("Enter"));
    this.free = h("div", "free f", label, this.input);
    const line = h("div", "line2", this.to, this.ask, this.quickButton);
    this.element = h(
      "div",
      "composer",
      this.closed,
      this.free,
      this.templates.element,
      this.quick.element,
      line,
    );
  }

  reset(subject) {
    this.chosen = null;
    this.quick.hide();
    const call = this.target(subject);
    this.input.value = this.written.get(call?.id) ?? "";
    this.lastTo = call?.id;
  }

  /** @returns {boolean} whether there is a field to write in */
  focus() {
    if (this.element.hidden) return false;
    if (this.free.hidden) return this.templates.focus();
    this.input.focus();
    return true;
  }

  /** Calls that can be written to: the one chosen, or those of the incident that are conversations. */
  #writable(subject) {
    if (subject.call) {
      const { call } = subject;
      const known = call.caller || isText(call);
      return known && call.status !== "ringing" && call.status !== "queued" && (isLive(call) || !isText(call))
        ? [call]
        : [];
    }
    return subject.calls.filter((call) => isText(call) && isLive(call));
  }

  /** To whom the next words go: who was picked, else who wrote last. */
  target(subject) {
    const calls = this.#writable(subject);
    const last = (call) => call.messages?.at(-1)?.at ?? call.received_at;
    const newest = [...calls].sort((a, b) => (last(a) < last(b) ? 1 : -1))[0];
    return calls.find((call) => call.id === this.chosen) ?? newest ?? null;
  }

  render(subject) {
    this.subject = subject;
    const calls = this.#writable(subject);
    // Words that are being written stay with whom they are for, also when somebody else writes meanwhile.
    const held = this.input.value || document.activeElement === this.input;
    const holder = held ? calls.find((one) => one.id === this.lastTo) : null;
    const call = holder ?? this.target(subject);
    this.call = call;
    show(this.element, call);
    if (!call) return;
    this.lastTo = call.id;
    setText(
      this.whom,
      fill(gettext("Write to %(who)s"), { who: call.caller_name || this.app.callerText(call) }),
    );
    show(this.to, calls.length > 1);
    keyed(this.to, calls, { key: (one) => one.id, create: (one) => this.#option(one) });
    if (this.to.value !== call.id) this.to.value = call.id;
    const open = windowOf(call, this.app.clock);
    const isClosed = open.state === "closed";
    show(this.closed, isClosed);
    show(this.free, !isClosed);
    show(this.templates.element, isClosed);
    show(this.quickButton, !isClosed);
    if (isClosed) this.quick.hide();
    this.templates.render(call);
    this.#note(call, open);
    const asked = locationAsk(call);
    const words = {
      asked: () =>
        fill(gettext("Position asked %(time)s, no answer yet"), {
          time: this.app.time(call.location_asked_at),
        }),
      answered: () => gettext("Position received; ask again"),
    };
    setText(this.ask.firstChild, words[asked]?.() ?? gettext("Ask for the position"));
    const canAsk = !isClosed || this.app.reference.message_templates?.some((row) => row.asks_location);
    show(this.ask, isText(call) && canAsk);
  }

  #option(call) {
    const option = h("option", { value: call.id });
    option.update = (now) => setText(option, this.app.callerText(now));
    return option;
  }

  /** How long the window is open, or how many parts an SMS has and why. */
  #note(call, open) {
    const words = [];
    const isSms = call.channel !== "whatsapp" && call.channel !== "app";
    if (isSms) {
      const size = parts(plain(this.input.value));
      words.push(fill(ngettext("%(count)s SMS", "%(count)s SMS", size.count), { count: size.count }));
      if (size.wide) words.push(fill(gettext("longer because of %(signs)s"), { signs: size.odd.join(" ") }));
    } else if (open.state === "near") {
      words.push(fill(gettext("free words for another %(time)s"), { time: durationText(open.leftS) }));
    }
    setText(this.note, words.join(" · "));
    setClass(this.note, "warn", open.state === "near");
  }

  #chose() {
    this.written.set(this.lastTo, this.input.value);
    this.chosen = this.lastTo = this.to.value;
    this.input.value = this.written.get(this.chosen) ?? "";
    this.app.redraw();
  }

  #typed() {
    if (!this.call) return;
    this.written.set(this.call.id, this.input.value);
    this.#note(this.call, windowOf(this.call, this.app.clock));
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #insert(text) {
    const before = this.input.value.trimEnd();
    this.input.value = before ? `${before} ${text}` : text;
    this.input.focus();
    this.#typed();
  }

  async #send() {
    const text = this.input.value.trim();
    const call = this.call;
    if (!text || !call || this.sending) return;
    this.sending = true;
    setAttribute(this.input, "aria-busy", "true");
    const reply = await this.app.act("call.reply", { call_id: call.id, text });
    this.sending = false;
    setAttribute(this.input, "aria-busy", null);
    // What was typed while the answer was under way is the next message.
    if (reply.ok && this.input.value.trim() === text) {
      this.input.value = "";
      this.written.delete(call.id);
    }
  }

  async #sendTemplate(body) {
    return this.app.act("call.send_template", { call_id: this.call.id, ...body });
  }

  askLocation() {
    if (!this.call || !isText(this.call)) return undefined;
    return this.app.act("call.ask_location", { call_id: this.call.id });
  }
}
