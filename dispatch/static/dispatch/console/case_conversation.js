/** The conversation of the chosen call, or of all calls of the chosen incident: both sides in order, live. */
import { getJson } from "#realtime/page";
import { fill, gettext, ngettext } from "#realtime/words";
import { Composer } from "#console/composer";
import { isText, mayHaveOlder, Reading, thread } from "#console/conversation";
import { h, kbd, keyed, setText, show } from "#console/dom";
import { messageRow, viaName } from "#console/message_row";

const NEAR_END_PX = 60;
const PAGES_KEPT_MAX = 20; // conversations whose older pages are remembered

export class CaseConversation {
  name = "conversation";

  constructor(app) {
    this.app = app;
    app.reading = new Reading();
    app.store.subscribe((_changes, whole) => whole && app.reading.begin(app.store.all("calls")));
    this.older = new Map();
    this.title = h("b", null, gettext("Conversation"));
    this.count = h("span", null);
    this.jump = h("button", { type: "button", class: "btn small jump" });
    this.jump.addEventListener("click", () => this.#toEnd());
    this.more = h("button", { type: "button", class: "btn small older" }, gettext("Load older messages"));
    this.more.addEventListener("click", () => this.#readOlder());
    this.list = h("ol", "thread");
    this.scroll = h(
      "div",
      { class: "talk", tabindex: "0", role: "log", "aria-label": gettext("Conversation") },
      this.more,
      this.list,
    );
    this.scroll.addEventListener("scroll", () => this.#scrolled());
    this.composer = new Composer(app);
    const head = h("div", "sec", this.title, this.count, h("span", "fill"), this.jump, kbd("Alt T"));
    this.element = h("div", "section conversation", head, this.scroll, this.composer.element);
  }

  /** Another case: the first message that was not read yet keeps its mark as long as the case is open. */
  reset(subject) {
    this.calls = subject.calls;
    const fresh = this.calls.flatMap((call) => this.app.reading.fresh(call));
    this.firstFresh = fresh.sort((a, b) => (a.at < b.at ? -1 : 1))[0]?.id ?? null;
    this.atEnd = true;
    this.lastId = null;
    this.wanted = false;
    this.scroll.style.removeProperty("height");
    this.composer.reset(subject);
  }

  /** Alt T: write, or where there is nothing to write, read; who has just answered writes as soon as it is theirs. */
  focus() {
    this.wanted = !this.composer.focus();
    if (this.wanted) this.scroll.focus();
  }

  askLocation() {
    return this.composer.askLocation();
  }

  toggleQuick() {
    this.composer.quick.toggle();
  }

  render(subject) {
    this.calls = subject.calls;
    this.subject = subject;
    const kept = this.older.get(subject.id);
    const messages = thread(this.calls, kept?.messages);
    this.many = new Set(messages.map((message) => message.call_id)).size > 1;
    show(this.element, messages.length || this.composer.target(subject));
    show(this.scroll, messages.length);
    setText(this.count, messages.length ? String(messages.length) : "");
    show(this.more, kept ? kept.more : mayHaveOlder(this.calls));
    keyed(this.list, messages, { key: (one) => one.id, create: (one) => messageRow(this, one) });
    this.composer.render(subject);
    if (this.wanted && document.activeElement === this.scroll && this.composer.focus()) this.wanted = false;
    this.#follow(messages);
  }

  /** At the end the newest stays in sight; whoever reads further up is told and not moved. */
  #follow(messages) {
    const last = messages.at(-1)?.id;
    if (this.atEnd && last !== this.lastId) this.#toEnd();
    this.lastId = last;
    const unread = this.calls.flatMap((call) => this.app.reading.fresh(call)).length;
    if (this.atEnd && document.visibilityState === "visible" && !this.element.hidden) {
      for (const call of this.calls) this.app.reading.read(call);
    }
    const hidden = this.atEnd ? 0 : unread;
    show(this.jump, hidden);
    setText(this.jump, fill(ngettext("↓ %(count)s new", "↓ %(count)s new", hidden), { count: hidden }));
  }

  #toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.atEnd = true;
    this.app.redraw();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (atEnd !== this.atEnd) this.app.redraw();
    this.atEnd = atEnd;
  }

  async #readOlder() {
    const { subject } = this;
    const kept = this.older.get(subject.id)?.messages ?? [];
    const first = thread(subject.calls, kept)[0];
    if (!first || this.reading) return;
    this.reading = true;
    const what = subject.incident ? "incident_id" : "call_id";
    try {
      const page = await getJson(`/api/v1/conversation?${what}=${subject.id}&before=${first.id}`);
      this.older.set(subject.id, { messages: [...page.messages, ...kept], more: page.more });
      if (this.older.size > PAGES_KEPT_MAX) this.older.delete(this.older.keys().next().value);
      const before = this.scroll.scrollHeight;
      this.render(this.subject);
      this.scroll.scrollTop += this.scroll.scrollHeight - before; // what was being read stays where it was
    } catch {
      this.app.say(gettext("Older messages could not be read. Try again."), "refused");
    } finally {
      this.reading = false;
    }
  }

  /** Who wrote it; of several callers each by name or number. */
  sender(message) {
    if (message.direction === "out") return message.by?.name ?? gettext("Centre");
    const call = this.calls.find((one) => one.id === message.call_id);
    if (!call) return gettext("Caller");
    return call.caller_name || this.app.callerText(call);
  }

  /** Said only where it is not plain: an SMS to somebody who called, several channels in one incident. */
  channelOf(message) {
    const call = this.calls.find((one) => one.id === message.call_id);
    const differs = message.channel && call && (!isText(call) || this.many);
    return differs ? viaName(message.channel) : null;
  }
}
