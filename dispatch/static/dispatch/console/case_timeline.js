/** What happened with the chosen incident, newest first, as the log tells it. */
import { getJson } from "#realtime/page";
import { h, keyed, setText, show } from "#console/dom";
import { eventWords } from "#console/event_words";
import { fill, gettext } from "#realtime/words";
import { newestFirst } from "#realtime/wire";

const WAIT_MS = 250;
const ROWS_MAX = 100;

export class CaseTimeline {
  name = "timeline";

  constructor(app) {
    this.app = app;
    this.events = [];
    this.note = h("span", null);
    this.list = h("ol", { class: "tl" });
    this.scroll = h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": gettext("Timeline") },
      this.list,
    );
    this.element = h(
      "div",
      "section timeline",
      h("div", "sec", h("b", null, gettext("Timeline")), this.note),
      this.scroll,
    );
    app.store.onEvent((event) => this.#heard(event));
    app.store.subscribe((_changes, whole) => whole && this.#plan());
  }

  reset() {
    this.events = [];
    this.#plan();
  }

  /** An event that touches the chosen incident: read again, soon and once. */
  #heard(event) {
    const { chosen } = this.app.ui;
    if (chosen?.kind !== "incident") return;
    const { data } = event;
    const touched = (data.set?.incidents ?? []).some((row) => row.id === chosen.id);
    if (touched || data.incident_id === chosen.id) this.#plan();
  }

  #plan() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#read(), WAIT_MS);
  }

  async #read() {
    const { chosen } = this.app.ui;
    if (chosen?.kind !== "incident") return;
    try {
      const { events } = await getJson(`/api/v1/incidents/${chosen.id}/timeline`);
      if (this.app.ui.chosen?.id !== chosen.id) return;
      this.events = [...events].sort(newestFirst);
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.app.redraw();
  }

  render(subject) {
    show(this.element, subject.incident);
    const hidden = this.events.length - ROWS_MAX;
    const words =
      hidden > 0 ? fill(gettext("newest %(count)s, + %(hidden)s"), { count: ROWS_MAX, hidden }) : "";
    setText(this.note, this.failed ? gettext("could not be read") : words);
    const shown = subject.incident ? this.events.slice(0, ROWS_MAX) : [];
    keyed(this.list, shown, { key: (event) => String(event.seq), create: (event) => this.#row(event) });
  }

  #row(event) {
    const words = eventWords(event, this.app);
    const text = h("span", { class: "cut", title: words }, words);
    return h(
      "li",
      null,
      h("span", "num", this.app.time(event.at)),
      h("span", { class: "mid cut", title: event.by }, event.by),
      text,
    );
  }
}
