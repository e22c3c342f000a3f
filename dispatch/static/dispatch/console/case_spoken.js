/** What was said: the live transcript with a search, places that were named, and the recordings to listen to. */
import { getJson } from "#realtime/page";
import { fill, gettext } from "#realtime/words";
import { h, keyed, setAttribute, setText, show } from "#console/dom";

const ROWS_MAX = 400; // of the newest lines that fit what is searched for
const CENTRE_ROLES = new Set(["supervisor"]);

export class CaseSpoken {
  name = "spoken";

  constructor(app, owner) {
    this.app = app;
    this.owner = owner;
    this.older = new Map(); // call -> its lines as read whole
    this.note = h("span", null);
    this.search = h("input", {
      class: "in",
      type: "search",
      placeholder: gettext("Search what was said"),
      "aria-label": gettext("Search what was said"),
      oninput: () => this.app.redraw(),
    });
    this.lines = h("ol", "words");
    this.scroll = h(
      "div",
      { class: "scroll transcript", tabindex: "0", role: "log", "aria-label": gettext("What was said") },
      this.lines,
    );
    this.whole = h(
      "button",
      { type: "button", class: "btn", onclick: () => this.#readWhole() },
      gettext("From the beginning"),
    );
    this.tools = h("div", "row", this.search, this.whole);
    this.sounds = h("div", "sounds");
    const head = h("div", "sec", h("b", null, gettext("What was said")), this.note);
    this.element = h("div", "section spoken", head, this.tools, this.scroll, this.sounds);
  }

  reset() {
    this.search.value = "";
    this.older.clear();
    this.wasAt = null;
  }

  render(subject) {
    const calls = subject.calls;
    const written = calls.filter((call) => call.transcript);
    const sounds = calls.flatMap((call) => (this.#mayHear(call) ? call.recordings : []));
    this.calls = written;
    show(this.element, written.length || sounds.length);
    show(this.tools, written.length);
    show(this.scroll, written.length);
    const wanted = this.search.value.trim().toLowerCase();
    const all = written.flatMap((call) => this.#linesOf(call));
    const found = wanted ? all.filter((line) => line.text.toLowerCase().includes(wanted)) : all;
    const rows = found.slice(-ROWS_MAX);
    setText(this.note, this.#words(written, wanted ? found.length : null));
    const atEnd = this.scroll.scrollTop + this.scroll.clientHeight >= this.scroll.scrollHeight - 4;
    keyed(this.lines, rows, { key: (line) => line.id, create: (line) => this.#line(line) });
    // Who reads further up is not pulled down by what comes.
    if (rows.length !== this.wasAt && (atEnd || this.wasAt === null)) {
      this.scroll.scrollTop = this.scroll.scrollHeight;
    }
    this.wasAt = rows.length;
    keyed(this.sounds, sounds, { key: (one) => one.id, create: (one) => this.#sound(one) });
  }

  #mayHear(call) {
    const { viewer } = this.app.boot;
    return CENTRE_ROLES.has(viewer.role) || call.answered_by?.id === viewer.id;
  }

  #linesOf(call) {
    const known = new Map((this.older.get(call.id) ?? []).map((line) => [line.id, line]));
    for (const line of call.transcript.lines) known.set(line.id, line);
    return [...known.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }

  #words(written, found) {
    if (found !== null) return fill(gettext("%(count)s found"), { count: found });
    const newest = written.at(-1)?.transcript;
    if (!newest) return "";
    if (newest.status === "failed") {
      return fill(gettext("the provider cannot write it down (%(code)s)"), {
        code: newest.error_code ?? "?",
      });
    }
    const language = newest.language ?? "";
    return newest.status === "stopped" ? language : [language, gettext("live")].filter(Boolean).join(" · ");
  }

  async #readWhole() {
    for (const call of this.calls) {
      try {
        const { lines } = await getJson(`/api/v1/calls/${call.id}/transcript`);
        this.older.set(call.id, lines);
      } catch {
        this.app.say(gettext("The transcript cannot be read now."), "refused");
      }
    }
    this.app.redraw();
  }

  #line(line) {
    const who = line.speaker === "caller" ? gettext("Caller") : gettext("Centre");
    const places = (line.places ?? []).map((place) => this.#place(line, place));
    const said = h("span", { class: "said", lang: line.language ?? null }, line.text, ...places);
    const time = h("span", "num", this.app.time(line.at));
    return h("li", line.speaker === "centre" ? "out" : null, time, h("span", "mid", who), said);
  }

  /** A place that was named becomes evidence only when a person takes it. */
  #place(line, place) {
    const label = place.label ?? `${place.lat.toFixed(4)}, ${place.lng.toFixed(4)}`;
    const piece = { ...place, key: `place-${line.id}`, source: "operator", label, placeId: place.place_id };
    return h(
      "button",
      { type: "button", class: "btn place", title: label, onclick: () => this.owner.locate(piece) },
      // The street or house alone: the whole address stands in the title, and with the evidence once it is taken.
      fill(gettext("Use place: %(place)s"), { place: label.split(",", 1)[0] }),
    );
  }

  #sound(recording) {
    const words = h("span", "mid");
    const player = h("audio", { controls: true, preload: "none", "aria-label": gettext("Recording") });
    const row = h("div", "sound", h("span", "num", this.app.time(recording.at)), words, player);
    row.update = (now) => {
      const ready = now.status === "completed";
      setText(words, ready ? gettext("Recording") : this.#recordingState(now.status));
      setAttribute(player, "src", ready ? `/api/v1/recordings/${now.id}/sound` : null);
      show(player, ready);
    };
    return row;
  }

  #recordingState(status) {
    return status === "in-progress" ? gettext("is being recorded") : gettext("no sound was kept");
  }
}
