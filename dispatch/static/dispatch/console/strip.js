/** The ringing strip: it has its own place, covers nothing and never takes the focus. */
import { channelSymbol, icon, swapIcon } from "#realtime/icons";
import { fill, gettext, shortNumber, sourceName } from "#realtime/words";
import { incidentsNear, placeOf, SPOKEN } from "#console/board";
import { h, kbd, setClass, setText, show } from "#console/dom";
import { nextToAnswer, queueOf } from "#console/queue";
import { returnedText } from "#console/line_model";
import { Panel } from "#console/panel";

export class Strip extends Panel {
  connect() {
    this.idle = h("span", "mid", gettext("Nobody is ringing."));
    this.icon = icon("c-voice");
    this.word = h("span", null);
    this.age = h("span", { class: "age", "aria-hidden": "true" });
    this.who = h("span", "who");
    this.back = h("span", "back");
    this.radius = h("span", "strong");
    this.label = h("span", null);
    this.source = h("span", "dim");
    this.same = h("span", "strong");
    this.likely = h("span", "cut wide-only", h("span", "dim", `${gettext("Maybe the same as")} `), this.same);
    this.more = h("span", "dim");
    this.answerButton = h(
      "button",
      { type: "button", class: "btn primary", onclick: () => this.app.answer(this.call) },
      gettext("Answer"),
      kbd("F1"),
    );
    this.intoText = h("span", null);
    this.intoButton = h(
      "button",
      { type: "button", class: "btn wide-only", onclick: () => this.answerInto() },
      this.intoText,
      kbd("⇧F1"),
    );
    this.ringing = h("span", { class: "ringing" }, this.icon, this.word);
    this.place = h("span", "cut", this.radius, " ", this.label, " ", this.source);
    const rest = [this.place, this.likely, h("span", "fill"), this.more, this.answerButton, this.intoButton];
    this.busy = [this.ringing, this.age, this.who, this.back, ...rest];
    this.element.append(this.idle, ...this.busy);
  }

  answerInto() {
    if (this.call && this.near) this.app.answer(this.call, this.near.incident);
  }

  render() {
    const { store } = this.app;
    this.call = nextToAnswer(store, this.app.clock);
    setClass(this.element, "ring", this.call);
    show(this.idle, !this.call);
    for (const element of this.busy) show(element, this.call);
    this.near = null;
    if (!this.call) return;
    const best = placeOf(this.call);
    this.near = incidentsNear(store, best)[0] ?? null;
    swapIcon(this.icon, channelSymbol(this.call.channel));
    setText(this.word, SPOKEN.has(this.call.channel) ? gettext("RINGING") : gettext("WAITING"));
    setText(this.age, this.app.age(this.call.received_at));
    const returned = returnedText(this.call);
    setText(this.who, this.app.callerText(this.call));
    setText(this.back, returned);
    show(this.back, returned);
    setText(this.radius, best ? this.app.radius(best.radius_m) : "");
    setText(this.label, best ? (best.label ?? "") : gettext("Position unknown"));
    const ago = best
      ? `${sourceName(best.source)} · ${fill(gettext("%(age)s ago"), { age: this.app.age(best.at) })}`
      : "";
    setText(this.source, ago);
    this.#near();
    const others = queueOf(store, this.app.clock).length - 1;
    setText(this.more, others ? fill(gettext("+ %(count)s waiting"), { count: others }) : "");
  }

  #near() {
    show(this.likely, this.near);
    show(this.intoButton, this.near);
    if (!this.near) return;
    const number = shortNumber(this.near.incident.number);
    const metres = this.app.distance(this.near.metres);
    setText(this.same, `${number} ${this.app.typeName(this.near.incident.type)} · ${metres}`);
    setText(this.intoText, fill(gettext("Answer into %(incident)s"), { incident: number }));
  }
}
