/** Header and step chain of the chosen call or incident. */
import { channelSymbol, icon, priorityBadge, prioritySymbol, swapIcon } from "#realtime/icons";
import { clockText, durationText, secondsBetween } from "#realtime/time";
import { channelName, fill, gettext, priorityName, shortNumber } from "#realtime/words";
import { stateText } from "#console/callback";
import { h, keyed, setAttribute, setClass, setText, show } from "#console/dom";
import { historyText } from "#console/history";

export class CaseHead {
  name = "head";

  constructor(app) {
    this.app = app;
    this.badge = priorityBadge(null, priorityName(null));
    this.channel = icon("c-voice", "big");
    this.title = h("span", null);
    this.number = h("span", "dim");
    this.age = h("span", "num strong");
    this.place = h("span", "cut mid");
    this.who = h("span", "num dim");
    this.paper = h("span", "tag bad", gettext("FROM PAPER"));
    this.steps = h("ol", "steps");
    this.past = h("p", "past");
    const heading = h("h2", { class: "cut", tabindex: "-1" }, this.title, " ", this.number);
    const head = h(
      "div",
      "hd",
      this.badge,
      this.channel,
      heading,
      this.age,
      this.paper,
      this.place,
      this.who,
    );
    this.element = h("div", "head", head, this.steps, this.past);
  }

  render(subject) {
    show(this.badge, subject.incident);
    show(this.channel, subject.call);
    show(this.paper, (subject.incident ?? subject.call).paper_entered_at || subject.call?.paper);
    const past = historyText(subject.call?.history, this.app).long;
    setText(this.past, past ? fill(gettext("This number: %(past)s"), { past }) : "");
    show(this.past, past);
    if (subject.incident) this.#incident(subject.incident);
    else this.#call(subject.call);
    const steps = subject.incident ? this.#incidentSteps(subject) : this.#callSteps(subject.call);
    keyed(this.steps, steps, { key: (step) => step.name, create: (step) => this.#step(step) });
  }

  #incident(incident) {
    swapIcon(this.badge, prioritySymbol(incident.priority));
    setAttribute(this.badge, "aria-label", priorityName(incident.priority));
    setText(this.title, this.app.typeName(incident.type));
    setText(this.number, incident.number);
    setText(this.age, this.app.age(incident.received_at ?? incident.opened_at));
    setText(this.place, this.app.placeText(incident));
    setAttribute(this.place, "title", this.app.placeText(incident));
    setText(this.who, incident.opened_by?.name ?? "");
  }

  #call(call) {
    swapIcon(this.channel, channelSymbol(call.channel));
    setText(this.title, this.app.callerText(call));
    setText(
      this.number,
      [channelName(call.channel), call.repeats > 1 ? `×${call.repeats}` : null].filter(Boolean).join(" "),
    );
    setText(this.age, this.app.age(call.received_at));
    const incident = call.incident_id ? this.app.store.get("incidents", call.incident_id) : null;
    const state = stateText(call);
    setText(
      this.place,
      [call.caller ? call.caller_name : null, incident ? `${state} → ${shortNumber(incident.number)}` : state]
        .filter(Boolean)
        .join(" · "),
    );
    setText(this.who, call.answered_by?.name ?? "");
  }

  /** First absolute, then counted from the first. An open step that is due says so. */
  #incidentSteps({ incident }) {
    const start = incident.received_at ?? incident.opened_at;
    const named = [
      [gettext("Received"), incident.received_at, Boolean(incident.received_at)],
      [gettext("Answered"), incident.answered_at, Boolean(incident.received_at)],
      [gettext("Opened"), incident.opened_at, true],
      [gettext("Assigned 1"), incident.first_assigned_at, true],
      [gettext("Accepted 1"), incident.first_acknowledged_at, true],
      [gettext("Arrived 1"), incident.first_on_scene_at, true],
    ];
    return this.#chain(
      start,
      named.filter(([, , applies]) => applies),
    );
  }

  #callSteps(call) {
    const named = [
      [gettext("Received"), call.received_at, true],
      [gettext("Answered"), call.answered_at, true],
      [gettext("Ended"), call.ended_at, call.ended_at !== null],
    ];
    return this.#chain(
      call.received_at,
      named.filter(([, , applies]) => applies),
    );
  }

  #chain(start, named) {
    const due = named.findIndex(([, at]) => !at);
    return named.map(([name, at], index) => {
      const absolute = index === 0 || at === start;
      const later = at && !absolute ? `+${durationText(secondsBetween(start, at))}` : null;
      return {
        name,
        text: at ? (later ?? clockText(at, this.app.timeZone)) : gettext("not yet"),
        open: index === due,
        at,
      };
    });
  }

  #step(step) {
    const time = h("b", null);
    const item = h("li", null, step.name, time);
    item.update = (now) => {
      setText(time, now.text);
      setClass(item, "open", now.open);
      setAttribute(item, "aria-current", now.open ? "step" : null);
      setAttribute(item, "title", now.at ? this.app.time(now.at) : null);
    };
    return item;
  }
}
