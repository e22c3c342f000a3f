/** What can be done with the chosen call or incident: answer, open, attach, end, close. */
import { fill, gettext, shortNumber } from "#realtime/words";
import { incidentsInOrder, incidentsNear, isWaiting, SPOKEN } from "#console/board";
import { canCallBack, leftInTheMiddle } from "#console/callback";
import { h, kbd, once, setText, show } from "#console/dom";

const ATTACH_MAX = 3;
const ATTACH_BLIND_MAX = 1; // without a position the newest is the likeliest

export class CaseActions {
  name = "actions";

  constructor(app, owner) {
    this.app = app;
    this.owner = owner;
    const button = (words, key, act, kind = "btn") =>
      h("button", { type: "button", class: kind, onclick: act }, words, key ? kbd(key) : null);
    const call = () => ({ call_id: this.subject.id });
    this.answer = button(gettext("Answer"), "Enter", () => app.answer(this.subject.call), "btn primary");
    this.open = button(gettext("Open incident"), "Ctrl Enter", () => owner.openIncident(), "btn primary");
    this.goTo = button(gettext("Show its incident"), null, () =>
      app.ui.choose("incident", this.subject.call.incident_id),
    );
    this.release = button(gettext("Give back"), null, () => app.act("call.release", call()));
    this.hangUp = button(gettext("Hang up"), null, () => app.act("call.hang_up", call()));
    this.ask = button(gettext("Silent? Ask for a key"), "Alt S", () => this.askForKey());
    this.callBack = button(gettext("Call back"), "Alt B", () => this.ringBack());
    this.restrict = button(gettext("Answer this number later"), null, () =>
      app.act("caller.restrict", call()),
    );
    this.lift = button(gettext("Lift the restriction"), null, () =>
      app.act("caller.lift_restriction", call()),
    );
    // A supervisor with somebody else's call: the line above says how to change and how to leave.
    this.listen = button(gettext("Listen"), null, () => this.monitor("listen"));
    this.whisper = button(gettext("Whisper"), null, () => this.monitor("whisper"));
    this.barge = button(gettext("Join"), null, () => this.monitor("barge"));
    this.attach = h("span", "attach");
    this.ending = this.#ending();
    this.element = h(
      "div",
      "actions",
      this.answer,
      this.open,
      this.goTo,
      this.attach,
      this.release,
      this.hangUp,
      this.ask,
      this.listen,
      this.whisper,
      this.barge,
      this.callBack,
      this.restrict,
      this.lift,
      this.ending,
    );
  }

  /** "It was …" and the button that says it: for a call its judgement, for an incident its end. */
  #ending() {
    this.select = h("select", { class: "in", "aria-label": gettext("How it ended") });
    this.endText = h("span", null);
    const end = h(
      "button",
      { type: "button", class: "btn", onclick: () => this.#end() },
      this.endText,
      kbd("Alt X"),
    );
    return h("span", "ending", this.select, end);
  }

  #isSpeaking() {
    const { call } = this.subject;
    return call?.status === "answered" && SPOKEN.has(call.channel);
  }

  /** The call to listen to: the chosen one, or the one that somebody speaks in about the chosen incident. */
  #toMonitor() {
    const { boot } = this.app;
    if (boot.viewer.role !== "supervisor") return null;
    const spoken = (call) =>
      call.status === "answered" && call.channel === "voice" && call.answered_by?.id !== boot.viewer.id;
    return this.subject.calls.find(spoken) ?? null;
  }

  monitor(mode) {
    const call = this.#toMonitor();
    return call ? this.app.panel("line").monitor(call, mode) : undefined;
  }

  askForKey() {
    return this.#isSpeaking() ? this.app.act("call.ask_for_key", { call_id: this.subject.id }) : undefined;
  }

  /** The call to ring back: the chosen one, or the incident's newest whose line went before it was done. */
  #toCallBack() {
    const { subject } = this;
    return subject.incident
      ? leftInTheMiddle(subject.calls)
      : canCallBack(subject.call)
        ? subject.call
        : null;
  }

  async ringBack() {
    const call = this.#toCallBack();
    if (!call) return;
    const reply = await this.app.act("call.call_back", { call_id: call.id });
    if (reply.ok && !this.subject.incident) this.app.ui.choose("call", reply.result.call_id);
  }

  focusEnding() {
    this.select.focus();
  }

  async #end() {
    const { subject, select } = this;
    if (!select.value) return this.app.say(gettext("Say first how it ended."), "refused");
    const disposition = select.value;
    const reply = subject.incident
      ? await this.app.act("incident.close", { incident_id: subject.id, disposition })
      : await this.app.act("call.dispose", { call_id: subject.id, disposition });
    if (reply.ok) this.app.ui.leave();
    return undefined;
  }

  reset(subject) {
    const rows = subject.incident
      ? this.app.reference.incident_dispositions
      : this.app.reference.call_dispositions;
    const first = h(
      "option",
      { value: "" },
      subject.incident ? gettext("how it ended…") : gettext("it was…"),
    );
    this.select.replaceChildren(first, ...rows.map((row) => h("option", { value: row.key }, row.name)));
  }

  render(subject) {
    this.subject = subject;
    const { call } = subject;
    const waiting = call && isWaiting(call);
    const attached = Boolean(call?.incident_id);
    show(this.answer, waiting);
    show(this.open, call && !attached && !waiting);
    show(this.goTo, attached && this.app.store.get("incidents", call.incident_id));
    const mine = call?.status === "answered";
    show(this.release, mine);
    // The call on one's own line is hung up there, in the place that never moves.
    show(this.hangUp, mine && this.app.panel("line").line?.call.id !== call.id);
    show(this.ask, this.#isSpeaking());
    for (const one of [this.listen, this.whisper, this.barge]) show(one, this.#toMonitor());
    show(this.callBack, this.#toCallBack());
    show(this.restrict, call?.caller && !attached && !call.restricted);
    show(this.lift, call?.restricted);
    show(this.attach, call && !attached && !waiting);
    if (call && !attached && !waiting) this.#attachable(subject);
    setText(this.endText, subject.incident ? gettext("Close") : gettext("End as"));
  }

  /** The incidents it may belong to: the nearest, else the newest. */
  #attachable(subject) {
    const near = incidentsNear(this.app.store, subject.location, { max: ATTACH_MAX });
    const newest = incidentsInOrder(this.app.store)
      .sort((a, b) => (a.opened_at < b.opened_at ? 1 : -1))
      .slice(0, ATTACH_BLIND_MAX)
      .map((incident) => ({ incident, metres: null }));
    const rows = near.length ? near : newest;
    const signature =
      rows.map((row) => `${row.incident.id}${row.incident.type}${Math.round(row.metres ?? -1)}`).join() ||
      "none";
    once(this.attach, signature, () =>
      rows.map(({ incident, metres }) => {
        const number = shortNumber(incident.number);
        const text = fill(gettext("Attach to %(incident)s"), {
          incident: `${number} ${this.app.typeName(incident.type)}`,
        });
        const attach = () => this.#attach(incident.id);
        const far = metres === null ? null : h("span", "dim", this.app.distance(metres));
        return h("button", { type: "button", class: "btn", onclick: attach }, h("span", "cut", text), far);
      }),
    );
  }

  async #attach(incidentId) {
    const body = { incident_id: incidentId, call_id: this.subject.id };
    const reply = await this.app.act("incident.attach_call", body);
    if (reply.ok) this.app.ui.choose("incident", incidentId);
  }
}
