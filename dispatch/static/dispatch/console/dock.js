/** The command line: completions in their own strip, what will happen before Enter, refusals in words. */
import { gettext } from "#realtime/words";
import { nextToAnswer } from "#console/queue";
import { h, once, setAttribute, setClass, setText, show } from "#console/dom";
import { Panel } from "#console/panel";
import { completed, ghostOf, parse } from "#console/parser";

const HISTORY_MAX = 50;
const SAID_MS = 12_000;

export class Dock extends Panel {
  connect() {
    this.input = this.part("input");
    this.history = [];
    this.at = null;
    this.chosen = 0;
    this.on(this.part("form"), "submit", (event) => this.#run(event));
    this.on(this.input, "input", () => this.#typed());
    this.on(this.input, "keydown", (event) => this.#key(event));
    this.on(this.input, "focus", () => setClass(this.element, "has-focus", true));
    this.on(this.input, "blur", () => setClass(this.element, "has-focus", false));
    this.on(this.part("options"), "mousedown", (event) => this.#clicked(event));
    this.app.onSay((words, level) => this.#say(words, level));
  }

  focus() {
    if (document.activeElement !== this.input) this.before = document.activeElement;
    this.input.focus();
  }

  insert(word) {
    const text = this.input.value;
    this.input.value = `${text}${text && !text.endsWith(" ") ? " " : ""}${word} `;
    this.focus();
    this.#typed();
  }

  #world() {
    const { app } = this;
    return {
      units: app.store.all("units"),
      incidents: app.store.all("incidents"),
      types: app.reference.incident_types,
      dispositions: app.reference.incident_dispositions,
      callDispositions: app.reference.call_dispositions,
      chosenIncident: app.chosenIncident(),
      chosenCall: app.chosenCall(),
      nextCall: nextToAnswer(app.store, app.clock),
      lineCall: app.panel("line").line?.call ?? null,
    };
  }

  #typed() {
    this.chosen = 0;
    this.said = null;
    this.render();
  }

  #key(event) {
    const { completions } = this.reading ?? { completions: [] };
    if (event.key === "Tab" && completions.length && !event.shiftKey) {
      event.preventDefault();
      this.#complete(completions[this.chosen]);
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      this.#recall(event.key === "ArrowUp" ? 1 : -1);
    } else if (event.key === "ArrowRight" && event.altKey && completions.length) {
      event.preventDefault();
      this.chosen = (this.chosen + 1) % completions.length;
      this.render();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.#leave();
    }
  }

  #clicked(event) {
    const at = event.target.closest("[data-at]")?.dataset.at;
    if (at === undefined) return;
    event.preventDefault(); // the focus stays in the line
    this.#complete(this.reading.completions[Number(at)]);
    this.focus();
  }

  #complete(completion) {
    this.input.value = completed(this.input.value, completion.insert);
    this.#typed();
  }

  #recall(step) {
    if (!this.history.length) return;
    const next = (this.at ?? -1) + step;
    this.at = next < 0 ? null : Math.min(next, this.history.length - 1);
    this.input.value = this.at === null ? "" : this.history[this.at];
    this.#typed();
  }

  #leave() {
    if (this.input.value) {
      this.input.value = "";
      this.at = null;
      this.#typed();
    } else if (this.before?.isConnected) this.before.focus();
    else this.input.blur();
  }

  async #run(event) {
    event.preventDefault();
    const text = this.input.value;
    if (!text.trim()) return;
    const reading = parse(text, this.#world());
    if (reading.error || !reading.acts.length) {
      this.#say(reading.error ?? gettext("Not a whole command yet."), "refused");
      return;
    }
    this.history.unshift(text);
    this.history.length = Math.min(this.history.length, HISTORY_MAX);
    this.at = null;
    const replies = await Promise.all(reading.acts.map((act) => this.#act(act)));
    if (!replies.every((reply) => reply.ok)) return; // what was typed stays, to be mended
    if (this.input.value === text) this.input.value = "";
    this.#typed();
    if (reading.will) this.#say(`${gettext("Done:")} ${reading.will}`, "done");
  }

  async #act(act) {
    const { app } = this;
    if (act.ui === "show") {
      app.ui.choose("incident", act.value);
      return { ok: true };
    }
    if (act.ui === "find") return this.#find(act.value);
    if (act.name === "call.answer") {
      await app.answer(app.store.get("calls", act.body.call_id));
      return { ok: true };
    }
    if (act.name === "incident.open" && act.body.call_id)
      return app.panel("case").openIncident({ type: act.body.type });
    const reply = await app.act(act.name, act.body);
    if (reply.ok && act.name === "incident.open") app.ui.choose("incident", reply.result.incident_id);
    return reply;
  }

  async #find(text) {
    const found = await this.app.panel("case").part("form").findPlaces(text);
    if (!found.length) this.#say(gettext("No such place is known."), "refused");
    else this.app.panel("map").showPlace(found[0]);
    return { ok: found.length > 0 };
  }

  #say(words, level) {
    this.said = { words, level, until: Date.now() + SAID_MS };
    this.render();
  }

  render() {
    const text = this.input.value;
    this.reading = parse(text, this.#world());
    const { completions } = this.reading;
    const signature = JSON.stringify([completions, this.chosen]);
    once(this.part("options"), signature, () =>
      completions.map((completion, at) =>
        h(
          "span",
          {
            class: at === this.chosen ? "on" : null,
            role: "option",
            "data-at": at,
            "aria-selected": at === this.chosen ? "true" : "false",
          },
          completion.label,
        ),
      ),
    );
    show(this.part("options"), completions.length);
    show(this.part("tab"), completions.length);
    setAttribute(this.input, "aria-expanded", completions.length ? "true" : "false");
    setText(this.part("typed"), text);
    setText(
      this.part("ghost"),
      completions[this.chosen] ? ghostOf(text, { completions: [completions[this.chosen]] }) : "",
    );
    this.#preview(text);
  }

  #preview(text) {
    const { link } = this.app.socket;
    if (this.said && this.said.until < Date.now()) this.said = null;
    const cut =
      link.state === "cut" ? gettext("Cut off: commands are not sent. What is typed stays here.") : null;
    const will = this.reading.will ? `${gettext("Will:")} ${this.reading.will}` : null;
    const error = text.trim() && !this.reading.completions.length ? this.reading.error : null;
    const refused = this.said?.level === "refused" ? this.said.words : null;
    const words =
      cut ??
      refused ??
      (this.reading.error && will ? this.reading.error : null) ??
      will ??
      error ??
      this.said?.words ??
      this.#examples(text);
    setText(this.part("preview"), words);
    setClass(this.part("preview"), "refusal", cut ?? refused ?? (this.reading.error && will));
    setClass(this.part("preview"), "dim", words === this.#examples(text));
  }

  #examples(text) {
    return text.trim()
      ? ""
      : `${gettext("For example:")} ${gettext("assign amb-2 #412 · d1 arrived · find rsud · close #412 handled")}`;
  }
}
