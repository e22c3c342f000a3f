/** Alarms: what a person must see and take note of. Unacknowledged ones are filled, acknowledged ones outlined. */
import { icon, severitySymbol } from "#realtime/icons";
import { durationText } from "#realtime/time";
import { fill, gettext, severityName, shortNumber } from "#realtime/words";
import { alarmsInOrder } from "#console/board";
import { reasonText } from "#console/conversation";
import { h, kbd, keyed, setClass, setText, show } from "#console/dom";
import { Panel } from "#console/panel";

const ROWS_MAX = 40;
const LOUD = new Set(["mayday", "critical"]);

const WORDS = {
  mayday: () => gettext("%(callsign)s calls for help"),
  assignment_refused: () => gettext("%(callsign)s cannot go to %(incident)s"),
  assignment_unacknowledged: () => gettext("%(callsign)s has not acknowledged %(incident)s"),
  webhook_failed: () => gettext("A message of the telephone provider was not understood (%(webhook)s)"),
  webhook_rejected: () => gettext("Unsigned messages to the telephone address: %(recent)s in five minutes"),
  calls_not_received: () =>
    gettext(
      "Calls that never reached us: %(added)s found at the provider and added, %(missing)s still missing",
    ),
  messages_not_received: () =>
    gettext(
      "Messages that never reached us: %(added)s found at the provider and added, %(missing)s still missing",
    ),
  provider_unlisted: () =>
    gettext("The provider's lists cannot be read: calls that never reached us would not be found"),
  disk_filling: () => gettext("The disk of %(folders)s is %(percent)s% full: make room today"),
  disk_nearly_full: () => gettext("The disk of %(folders)s is %(percent)s% full: make room now"),
  sockets_full: () => gettext("Screens are turned away: %(open)s are open and no more fit"),
  database_connections: () => gettext("The database has %(used)s of %(most)s connections in use"),
  crew_not_reached: () => gettext("%(callsign)s was not reached by telephone. Use the radio"),
  clock_jumped: () => gettext("The machine's clock jumped by %(seconds)s s; open timers were kept right"),
  key_first_on: () => gettext("Every caller is asked for a key first (switched on by %(by)s)"),
  connection_failed: () => gettext("A caller could not be connected"),
  message_failed: () => gettext("A message to a citizen was not delivered"),
  message_not_delivered: () => gettext("%(who)s has not got our message: %(why)s"),
  job_failed: () => gettext("A job of the system has failed for good. Tell the administrator: %(task)s"),
};

const canRing = (alarm) => !alarm.acknowledged_at && Boolean(alarm.facts?.can_ring);

export class Alarms extends Panel {
  connect() {
    this.list = this.part("list");
    this.empty = h("div", "none", h("b", null, gettext("No alarm")));
    this.rows = h("ol", null);
    this.more = h("div", "sub");
    this.list.append(this.empty, this.rows, this.more);
    this.said = new Set();
  }

  /** `A`: the first that nobody has acknowledged. */
  acknowledge() {
    const first = alarmsInOrder(this.app.store).find((alarm) => !alarm.acknowledged_at);
    if (!first) return this.app.say(gettext("Every alarm has been acknowledged."));
    return this.app.act("alarm.acknowledge", { alarm_id: first.id });
  }

  /** `S`: send the unit that the first alarm proposes, and with that take note of it. */
  async sendNext() {
    const alarm = alarmsInOrder(this.app.store).find((one) => !one.acknowledged_at && one.facts?.next);
    if (!alarm) return this.app.say(gettext("No alarm proposes a unit."));
    const { incident_id, next, callsign } = alarm.facts;
    const reason = fill(gettext("in place of %(callsign)s, which does not acknowledge"), { callsign });
    const sent = await this.app.act("unit.assign", { incident_id, unit_id: next.unit_id, reason });
    if (!sent.ok) return undefined;
    this.app.say(fill(gettext("%(callsign)s assigned"), { callsign: next.callsign }));
    return this.app.act("alarm.acknowledge", { alarm_id: alarm.id });
  }

  /** `B`: ring whom our words did not reach, and with that take note of it. */
  async ringBack() {
    const alarm = alarmsInOrder(this.app.store).find(canRing);
    if (!alarm) return this.app.say(gettext("No alarm asks to call back."));
    const rung = await this.app.act("call.call_back", { call_id: alarm.facts.call_id });
    if (!rung.ok) return undefined;
    this.app.ui.choose("call", rung.result.call_id);
    return this.app.act("alarm.acknowledge", { alarm_id: alarm.id });
  }

  render() {
    const alarms = alarmsInOrder(this.app.store);
    const fresh = alarms.filter((alarm) => !alarm.acknowledged_at);
    show(this.part("count"), fresh.length);
    setText(this.part("count"), fill(gettext("%(count)s new"), { count: fresh.length }));
    show(this.empty, !alarms.length);
    this.firstId = fresh[0]?.id;
    this.firstRingId = fresh.find(canRing)?.id;
    this.firstNextId = fresh.find((alarm) => alarm.facts?.next)?.id;
    keyed(this.rows, alarms.slice(0, ROWS_MAX), {
      key: (alarm) => alarm.id,
      create: (alarm) => this.#row(alarm),
    });
    show(this.more, alarms.length > ROWS_MAX);
    setText(this.more, `+${alarms.length - ROWS_MAX}`);
    this.#announce(fresh);
  }

  #row(alarm) {
    const shape = icon(severitySymbol(alarm.severity));
    const title = h("p", "w", `${severityName(alarm.severity)} `, this.sentence(alarm));
    const detail = h("p", "mid");
    const cap = kbd("A");
    const take = () => this.app.act("alarm.acknowledge", { alarm_id: alarm.id });
    const away = () => this.app.act("alarm.clear", { alarm_id: alarm.id });
    const button = h(
      "button",
      { type: "button", class: "plain", onclick: take },
      h("span", "vh", gettext("Acknowledge")),
      cap,
    );
    const sendCap = kbd("S");
    const next = alarm.facts?.next;
    const send = h(
      "button",
      { type: "button", class: "btn small send", onclick: () => this.sendNext() },
      next ? fill(gettext("Send %(callsign)s"), next) : "",
      " ",
      sendCap,
    );
    const ring = h(
      "button",
      { type: "button", class: "btn small send", onclick: () => this.ringBack() },
      gettext("Call back"),
      " ",
      kbd("B"),
    );
    const clear = h("button", { type: "button", class: "plain", onclick: away }, gettext("Put away"));
    const row = h(
      "li",
      `alarm ${alarm.severity}`,
      shape,
      h("div", null, title, detail),
      h("span", null, button, clear),
      send,
      ring,
    );
    row.update = (now) => {
      const fresh = !now.acknowledged_at;
      setClass(row, "new", fresh);
      setClass(row, "ack", !fresh);
      setClass(shape, "blink", fresh && LOUD.has(now.severity));
      show(button, fresh);
      show(clear, !fresh);
      show(cap, now.id === this.firstId);
      show(send, now.id === this.firstNextId);
      show(ring, now.id === this.firstRingId);
      setText(detail, this.#detail(now));
    };
    return row;
  }

  #detail(alarm) {
    const { app } = this;
    const age = fill(gettext("%(age)s ago"), { age: app.age(alarm.raised_at) });
    const reason = (alarm.facts?.reason ? `“${alarm.facts.reason}” · ` : "") + this.#advice(alarm);
    if (!alarm.acknowledged_at) return reason + age;
    const values = { name: alarm.acknowledged_by?.name ?? "", time: app.time(alarm.acknowledged_at) };
    return reason + fill(gettext("Acknowledged by %(name)s at %(time)s"), values);
  }

  /** What can be done about a silent crew. */
  #advice({ kind, facts }) {
    if (kind !== "assignment_unacknowledged") return "";
    const { next, phone_known } = facts;
    const eta = next?.eta_s ? ` ${durationText(next.eta_s)}` : "";
    const other = next
      ? fill(gettext("next best: %(callsign)s"), next) + eta
      : gettext("no other unit is free");
    return `${phone_known ? "" : `${gettext("no telephone number")} · `}${other} · `;
  }

  sentence(alarm) {
    const facts = alarm.facts ?? {};
    const incident = facts.incident_id ? this.app.store.get("incidents", facts.incident_id) : null;
    const unit = facts.unit_id ? this.app.store.get("units", facts.unit_id) : null;
    const number = incident?.number ?? facts.number;
    const template = WORDS[alarm.kind]?.() ?? alarm.kind.replaceAll("_", " ");
    const call = facts.call_id ? this.app.store.get("calls", facts.call_id) : null;
    return fill(template, {
      ...facts,
      who: call ? this.app.callerText(call) : gettext("A citizen"),
      why: reasonText(facts.cause),
      callsign: facts.callsign ?? unit?.callsign ?? "",
      incident: number ? shortNumber(number) : gettext("an incident"),
    });
  }

  /** Once for each alarm: loud ones as an alert, the others in the polite log. */
  #announce(fresh) {
    for (const alarm of fresh) {
      if (this.said.has(alarm.id)) continue;
      this.said.add(alarm.id);
      const words = `${severityName(alarm.severity)}: ${this.sentence(alarm)}`;
      const target = this.part(LOUD.has(alarm.severity) ? "loud" : "log");
      target.replaceChildren(h("p", null, words));
    }
  }
}
