/** Who has called and what they said, in their own words; an answer can be written to one caller. */
import { channelSymbol, icon } from "#realtime/icons";
import { fill, gettext } from "#realtime/words";
import { lastWords } from "#console/board";
import { stateText } from "#console/callback";
import { h, kbd, keyed, setAttribute, setText, show } from "#console/dom";

const WORDS_MAX = 20;

export class CaseCallers {
  name = "callers";

  constructor(app) {
    this.app = app;
    this.title = h("b", null);
    this.count = h("span", null);
    this.callers = h("div", "callers");
    this.words = h("ol", "words");
    this.input = h("input", { class: "in", id: "case-reply", maxlength: "1600", autocomplete: "off" });
    const label = h(
      "label",
      { for: "case-reply" },
      h("span", null, gettext("Write to the caller")),
      kbd("Enter"),
    );
    this.reply = h("form", { class: "reply f" }, label, this.input);
    this.reply.addEventListener("submit", (event) => this.#send(event));
    const head = h("div", "sec", this.title, this.count, h("span", "fill"), kbd("Alt T"));
    this.element = h("div", "section", head, this.callers, this.words, this.reply);
  }

  reset() {
    this.input.value = "";
  }

  focus() {
    const target = this.reply.hidden ? this.callers.querySelector("button") : this.input;
    target?.focus();
  }

  render(subject) {
    this.subject = subject;
    const { call, incident, calls } = subject;
    setText(this.title, incident ? gettext("Callers") : gettext("What was written"));
    setText(this.count, incident ? String(subject.incident.call_ids.length) : "");
    show(this.callers, incident);
    keyed(this.callers, incident ? calls : [], { key: (row) => row.id, create: (row) => this.#caller(row) });
    const words = incident
      ? (incident.words ?? []).map((row, at) => ({ ...row, id: `${row.at}${at}`, direction: "in" }))
      : call.messages;
    keyed(this.words, words.slice(-WORDS_MAX), { key: (row) => row.id, create: (row) => this.#message(row) });
    const writable = call && (call.caller || call.channel === "whatsapp" || call.channel === "app");
    show(this.reply, writable && call.status !== "ringing" && call.status !== "queued");
    show(this.element, incident ? calls.length || words.length : words.length || writable);
  }

  #caller(call) {
    const who = h("span", "strong");
    const said = h("span", "cut mid");
    const state = h("span", "dim");
    const time = h("span", "num");
    const open = () => this.app.ui.choose("call", call.id);
    const row = h(
      "button",
      { type: "button", class: "caller plain", onclick: open },
      icon(channelSymbol(call.channel)),
      who,
      said,
      state,
      time,
    );
    row.update = (now) => {
      setText(who, this.app.callerText(now));
      const pictures = now.messages.reduce((sum, message) => sum + message.media.length, 0);
      const words = lastWords(now);
      const parts = [now.caller ? now.caller_name : null, words ? `“${words}”` : null];
      if (pictures) parts.push(fill(gettext("%(count)s picture(s)"), { count: pictures }));
      setText(said, parts.filter(Boolean).join(" · "));
      setAttribute(said, "title", words);
      setText(state, stateText(now));
      setText(time, this.app.time(now.received_at));
    };
    return row;
  }

  #message(message) {
    const time = h("span", "num", this.app.time(message.at));
    const said = message.recovered ? gettext("recovered") : "";
    const from = message.direction === "out" ? gettext("Centre") : said;
    const pictures = message.media?.length
      ? fill(gettext("%(count)s picture(s)"), { count: message.media.length })
      : null;
    const text = h("span", "said", message.text || "", pictures ? h("span", "dim", ` ${pictures}`) : null);
    return h("li", message.direction === "out" ? "out" : null, time, h("span", "mid", from), text);
  }

  async #send(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text || !this.subject.call) return;
    const reply = await this.app.act("call.reply", { call_id: this.subject.id, text });
    if (reply.ok) this.input.value = "";
  }
}
