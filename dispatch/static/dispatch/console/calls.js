import { fill, gettext } from "#realtime/words";
import { callsInHand, isWaiting } from "#console/board";
import { callRow } from "#console/call_row";
import { h, kbd, keyed, setAttribute, setClass, setText, show } from "#console/dom";
import { listKeys, Panel } from "#console/panel";
import { queueOf, toCallBack } from "#console/queue";

const ROWS_MAX = 60; // of a section; more are counted, not drawn
const DENSE_FROM = 12;
const JUDGED_MAX = 5; // so many can still be corrected from the list
/** F9 and a digit: what a call was. The commonest first; they never change places. */
const QUICK = {
  1: "ghost",
  2: "prank",
  3: "information",
  4: "non_emergency_transferred",
  5: "misdial",
  6: "abandoned",
  7: "duplicate",
  8: "test",
  9: "emergency",
};
const SHOWN_MAX = 3; // of them stand below the list

export class Calls extends Panel {
  connect() {
    this.list = this.part("list");
    this.empty = h(
      "div",
      { class: "none", role: "option", "aria-disabled": "true" },
      h("b", null, gettext("Nobody is waiting")),
      h("span", null, gettext("Voice, WhatsApp, SMS and PBX are being listened to.")),
      h("span", "dim"),
    );
    const section = (title) => {
      const count = h("span", null);
      const head = h("div", { class: "sub", "aria-hidden": "true" }, h("span", null, title), count);
      const rows = h("div", null);
      const group = h("div", { role: "group", "aria-label": title }, head, rows);
      return { group, head, count, rows };
    };
    this.waiting = section(gettext("Waiting"));
    this.inHand = section(gettext("Connected"));
    this.over = section(gettext("Ended, not judged yet"));
    this.done = section(gettext("Judged just now"));
    this.justJudged = [];
    show(this.waiting.head, false);
    this.list.append(this.empty, this.waiting.group, this.inHand.group, this.over.group, this.done.group);
    this.part("foot").append(
      h("span", null, kbd("F9")),
      ...Object.entries(QUICK)
        .slice(0, SHOWN_MAX)
        .map(([key, word]) => h("span", null, kbd(key), ` ${this.app.dispositionName(word)}`)),
      h("span", "dim", "… 9"),
    );
    this.on(this.list, "keydown", (event) => this.#key(event));
    this.on(this.list, "click", (event) => {
      const row = event.target.closest("[data-id]");
      if (row) this.app.ui.choose("call", row.dataset.id);
    });
    this.on(this.list, "dblclick", (event) => this.#open(event.target.closest("[data-id]")?.dataset.id));
  }

  /** The marked call, as long as it is still without an incident. */
  #picked() {
    const id = this.app.ui.pickedCall ?? "";
    const call = this.app.store.get("calls", id) ?? this.justJudged.find((one) => one.id === id);
    return call && !call.incident_id ? call : null;
  }

  /** F9: say which digit means what, and for which call. */
  offerQuick() {
    const call = this.#picked();
    if (!call) return this.app.say(gettext("Choose a call first."), "refused");
    const digits = Object.entries(QUICK).map(([key, word]) => `${key} ${this.app.dispositionName(word)}`);
    return this.app.say(`${this.app.callerText(call)}: ${digits.join(" · ")}`);
  }

  /** F9 and a digit: what the marked call was. */
  dispose(digit) {
    return this.disposeAs(QUICK[digit]);
  }

  async disposeAs(disposition) {
    const call = this.#picked();
    if (!call) return this.app.say(gettext("Choose a call first."), "refused");
    const body = { call_id: call.id, disposition, with_repeats: true };
    const reply = await this.app.act("call.dispose", body);
    if (!reply.ok) return reply;
    this.#remember({ ...call, disposition });
    if (this.app.ui.chosen?.id === call.id) this.app.ui.leave();
    return reply;
  }

  /** Of what this person has judged the newest stay in the list: the next digit corrects. */
  #remember(call) {
    this.justJudged = [call, ...this.justJudged.filter((one) => one.id !== call.id)].slice(0, JUDGED_MAX);
    this.render();
  }

  #key(event) {
    const { ui } = this.app;
    if (event.key === "Enter") return this.#open(ui.pickedCall);
    const rows = () => [...this.list.querySelectorAll("[data-id]")];
    return listKeys(event, { rows, marked: () => ui.pickedCall, mark: (id) => ui.pickCall(id) });
  }

  #open(id) {
    const call = id ? this.app.store.get("calls", id) : null;
    if (!call) return;
    if (isWaiting(call)) this.app.answer(call);
    else this.app.ui.choose("call", id);
  }

  focus() {
    this.list.focus();
    const { ui, store } = this.app;
    if (!ui.pickedCall || !store.get("calls", ui.pickedCall)) {
      const first = this.list.querySelector("[data-id]");
      if (first) ui.pickCall(first.dataset.id);
    }
  }

  render() {
    const { store, boot, ui } = this.app;
    const waiting = queueOf(store, this.app.clock);
    setText(this.part("count"), String(waiting.length));
    setClass(this.part("count"), "bad", waiting.length >= DENSE_FROM);
    this.dense = waiting.length >= DENSE_FROM;
    this.#section(this.waiting, waiting);
    this.#section(
      this.inHand,
      callsInHand(store, boot.viewer.id).map((call) => ({ call, others: 0 })),
    );
    this.#section(this.over, toCallBack(store));
    const judgedNow = this.justJudged.filter((call) => !store.get("calls", call.id));
    this.#section(
      this.done,
      judgedNow.map((call) => ({ call, others: 0 })),
    );
    show(this.empty, !waiting.length);
    const line = this.app.socket.link.state === "live" ? gettext("The line to the service is good.") : "";
    setText(this.empty.lastChild, line);
    const marked = ui.pickedCall && document.getElementById(`call-${ui.pickedCall}`);
    setAttribute(this.list, "aria-activedescendant", marked ? marked.id : null);
  }

  #section({ group, rows, count }, entries) {
    show(group, entries.length);
    const hidden = entries.length - ROWS_MAX;
    setText(
      count,
      hidden > 0
        ? fill(gettext("%(count)s, + %(hidden)s below"), { count: ROWS_MAX, hidden })
        : String(entries.length),
    );
    keyed(rows, entries.slice(0, ROWS_MAX), {
      key: (entry) => entry.call.id,
      create: (entry) => callRow(this, entry.call),
    });
  }
}
