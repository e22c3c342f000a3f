/** Calls without an incident: who waits, whom we talk to, whom to call back. */
import { channelSymbol, icon, sourceSymbol, swapIcon } from "#realtime/icons";
import { callStatusName, channelName, fill, gettext, sourceName } from "#realtime/words";
import {
  bestLocation,
  callsInHand,
  callsToCallBack,
  isWaiting,
  judged,
  lastWords,
  waitingCalls,
} from "#console/board";
import { h, kbd, keyed, setAttribute, setClass, setText, show } from "#console/dom";
import { listKeys, Panel } from "#console/panel";

const ROWS_MAX = 60; // of a section; more are counted, not drawn
const DENSE_FROM = 12;
const QUICK = { 1: "ghost", 2: "prank", 3: "information" };

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
    show(this.waiting.head, false);
    this.list.append(this.empty, this.waiting.group, this.inHand.group, this.over.group);
    this.part("foot").append(
      h("span", null, kbd("F9")),
      ...Object.entries(QUICK).map(([key, disposition]) =>
        h("span", null, kbd(key), ` ${this.app.dispositionName(disposition)}`),
      ),
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
    const call = this.app.store.get("calls", this.app.ui.pickedCall ?? "");
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
  async dispose(digit) {
    const call = this.#picked();
    if (!call) return this.app.say(gettext("Choose a call first."), "refused");
    const body = { call_id: call.id, disposition: QUICK[digit] };
    const reply = await this.app.act("call.dispose", body);
    if (reply.ok && this.app.ui.chosen?.id === call.id) this.app.ui.leave();
    return reply;
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
    const waiting = waitingCalls(store);
    setText(this.part("count"), String(waiting.length));
    setClass(this.part("count"), "bad", waiting.length >= DENSE_FROM);
    this.dense = waiting.length >= DENSE_FROM;
    this.#section(this.waiting, waiting);
    this.#section(this.inHand, callsInHand(store, boot.viewer.id));
    this.#section(this.over, callsToCallBack(store));
    show(this.empty, !waiting.length);
    const line = this.app.socket.link.state === "live" ? gettext("The line to the service is good.") : "";
    setText(this.empty.lastChild, line);
    const marked = ui.pickedCall && document.getElementById(`call-${ui.pickedCall}`);
    setAttribute(this.list, "aria-activedescendant", marked ? marked.id : null);
  }

  #section({ group, rows, count }, calls) {
    show(group, calls.length);
    const hidden = calls.length - ROWS_MAX;
    setText(
      count,
      hidden > 0
        ? fill(gettext("%(count)s, + %(hidden)s below"), { count: ROWS_MAX, hidden })
        : String(calls.length),
    );
    keyed(rows, calls.slice(0, ROWS_MAX), { key: (call) => call.id, create: (call) => this.#row(call) });
  }

  #row(call) {
    const channel = icon(channelSymbol(call.channel));
    const spoken = h("span", "vh", channelName(call.channel));
    const who = h("span", call.caller ? "no" : "cut");
    const tag = h("span", "tag");
    const age = h("span", "num");
    const source = icon("l-text");
    const where = h("span", "cut");
    const state = h("span", null);
    const second = h("span", "l2", source, where, state);
    const row = h("div", { class: "call", role: "option", id: `call-${call.id}`, "data-id": call.id });
    row.append(channel, h("span", "l1", spoken, who, tag), age, second);
    row.update = (now) => {
      setClass(row, "dense", this.dense);
      const picked = this.app.ui.pickedCall === now.id;
      setClass(row, "pick", picked);
      setAttribute(row, "aria-selected", picked ? "true" : "false");
      setText(who, this.app.callerText(now));
      const marks = [now.repeats > 1 ? `×${now.repeats}` : "", now.recovered ? gettext("recovered") : ""];
      setText(tag, marks.filter(Boolean).join(" "));
      show(tag, now.repeats > 1 || now.recovered);
      this.#age(age, now);
      this.#where(source, where, now);
      const holder = now.status === "answered" ? now.answered_by?.name : callStatusName(now.status);
      setText(state, holder ?? callStatusName(now.status));
    };
    return row;
  }

  #age(element, call) {
    const seconds = this.app.clock.ageS(
      isWaiting(call) ? call.received_at : (call.ended_at ?? call.answered_at),
    );
    const level = isWaiting(call) ? judged("answer", seconds, this.app.limits.answer_s)?.level : "ok";
    const wanted = level === "over" ? "num timer over" : level === "near" ? "num timer near" : "num strong";
    if (element.className !== wanted) element.className = wanted;
    setText(element, this.app.age(isWaiting(call) ? call.received_at : (call.ended_at ?? call.answered_at)));
  }

  #where(source, where, call) {
    const best = bestLocation(call.locations);
    const words = lastWords(call);
    swapIcon(
      source,
      words && (!best || best.source === "text") ? "l-text" : sourceSymbol(best?.source ?? "network"),
    );
    const place = best ? `${this.app.radius(best.radius_m)} ${best.label ?? sourceName(best.source)}` : null;
    const text = words && (!best || best.source === "text") ? `“${words}”` : place;
    setText(where, text ?? gettext("position unknown"));
    setAttribute(where, "title", words ?? place);
  }
}
