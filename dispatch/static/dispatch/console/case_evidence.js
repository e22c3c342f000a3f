/** Location evidence: each piece with source, radius, age and distance from the one in use; a digit picks one. */
import { icon, sourceSymbol } from "#realtime/icons";
import { fill, gettext, ngettext, sourceName } from "#realtime/words";
import { phoneText } from "#realtime/time";
import { h, kbd, keyed, setAttribute, setClass, setText, show } from "#console/dom";
import { EVIDENCE_MAX, piecesOf, whyOf } from "#console/evidence";
import { listKeys } from "#console/panel";

export class CaseEvidence {
  name = "evidence";

  constructor(app, owner) {
    this.app = app;
    this.owner = owner;
    this.marked = null;
    this.pieces = [];
    this.count = h("span", null);
    this.list = h("div", {
      class: "evidence",
      role: "listbox",
      tabindex: "0",
      "aria-label": gettext("Location evidence"),
    });
    this.none = h("p", "sec", gettext("Nothing says where. Ask, click on the map, or search for a place."));
    const head = h(
      "div",
      "sec",
      h("b", null, gettext("Location evidence")),
      this.count,
      h("span", "fill"),
      kbd("Alt L"),
      kbd("1–9"),
    );
    this.why = h("p", { class: "evwhy", role: "status" });
    this.element = h("div", "section", head, this.none, this.why, this.list);
    this.list.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("click", (event) => this.#click(event));
  }

  reset() {
    this.marked = null;
  }

  focus() {
    this.list.focus();
    this.marked ??= this.pieces[0]?.key ?? null;
    this.app.redraw();
  }

  /** The n-th piece becomes the location in use. */
  pick(position) {
    this.#use(this.pieces[position - 1]?.key);
  }

  #click(event) {
    const key = event.target.closest("[data-id]")?.dataset.id;
    const verdict = event.target.closest("[data-verdict]")?.dataset.verdict;
    if (verdict) this.#judge(key, verdict);
    else this.#use(key);
  }

  /** What the person says of a piece; said again it is taken back. */
  #judge(key, verdict) {
    const piece = this.pieces.find((one) => one.key === key);
    if (!piece?.callId) return;
    const body = { call_id: piece.callId, location_id: piece.key };
    this.app.act("call.judge_location", { ...body, verdict: piece.verdict === verdict ? "" : verdict });
  }

  #use(key) {
    const piece = this.pieces.find((one) => one.key === key);
    if (piece) this.owner.locate(piece);
  }

  #key(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      return this.#use(this.marked);
    }
    if (/^[1-9]$/.test(event.key)) return this.pick(Number(event.key));
    if (event.key === " " || event.key === "Delete") {
      event.preventDefault();
      return this.#judge(this.marked, event.key === " " ? "confirmed" : "rejected");
    }
    const mark = (key) => {
      this.marked = key;
      this.app.redraw();
    };
    return listKeys(event, { rows: () => [...this.list.children], marked: () => this.marked, mark });
  }

  render(subject) {
    const { found, proposed } = this.app.ui;
    const all = piecesOf({ calls: subject.calls, found, proposed, used: subject.location });
    this.pieces = all.slice(0, EVIDENCE_MAX);
    this.callers = new Set(subject.calls.map((call) => call.caller)).size;
    const hidden = all.length - this.pieces.length;
    setText(this.count, hidden > 0 ? `${all.length}, +${hidden}` : all.length ? String(all.length) : "");
    show(this.none, !all.length);
    const why = subject.calls.length === 1 ? whyOf(subject.calls[0]) : null;
    setText(this.why, why ? this.#sentence(why) : "");
    setClass(this.why, "warn", why?.against);
    show(this.why, why);
    show(this.list, all.length);
    keyed(this.list, this.pieces, { key: (piece) => piece.key, create: (piece) => this.#row(piece) });
    const marked = this.marked && document.getElementById(`evidence-${this.marked}`);
    setAttribute(this.list, "aria-activedescendant", marked ? marked.id : null);
  }

  #sentence({ why, source, agree, against, apart }) {
    const values = { source: sourceName(source), count: agree, distance: this.app.distance(apart ?? 0) };
    const words = {
      operator: gettext("Set by a dispatcher."),
      confirmed: fill(gettext("%(source)s, confirmed by a dispatcher."), values),
      hint: gettext("Only hints, not of this call. Ask, then choose one if it is right."),
      only: fill(gettext("Only one piece says where: %(source)s."), values),
      agree: fill(gettext("%(count)s pieces agree. Most precise: %(source)s."), values),
      best: fill(gettext("Most precise: %(source)s."), values),
    }[why];
    if (!against) return words;
    const more = ngettext(
      "One piece speaks against it, %(distance)s away: ask.",
      "%(count)s pieces speak against it, the nearest %(distance)s away: ask.",
      against,
    );
    return `${words} ${fill(more, { ...values, count: against })}`;
  }

  #row(piece) {
    const number = h("span", "dim");
    const words = h("span", "cut");
    const caller = h("span", "num dim");
    const who = h("span", "who", words, caller);
    const radius = h("span", "num");
    const age = h("span", "num age");
    const far = h("span", "num");
    const kind = piece.key.startsWith("place-") ? "ev place" : "ev";
    const row = h("div", { class: kind, role: "option", id: `evidence-${piece.key}`, "data-id": piece.key });
    row.append(number, icon(sourceSymbol(piece.source)), who, radius, age, far);
    const says = piece.callId ? [this.#says("confirmed"), this.#says("rejected")] : [];
    const verdict = h("span", "vh");
    row.append(h("span", "says", verdict, ...says));
    row.update = (now) => {
      setText(number, String(this.pieces.indexOf(now) + 1));
      setClass(row, "sel", now.used);
      setClass(row, "rejected", now.verdict === "rejected");
      for (const mark of says) setClass(mark, "on", mark.dataset.verdict === now.verdict);
      setText(verdict, this.#verdictName(now.verdict));
      setClass(row, "marked", this.marked === now.key);
      setAttribute(row, "aria-selected", now.used ? "true" : "false");
      setText(words, this.#words(now));
      // With one caller only it goes without saying who said so.
      setText(caller, now.caller && this.callers > 1 ? phoneText(now.caller) : "");
      const told = [sourceName(now.source), now.label, caller.textContent];
      setAttribute(who, "title", told.filter(Boolean).join(" · "));
      setText(radius, this.app.radius(now.radius_m));
      setText(age, now.at ? this.app.age(now.at) : "");
      setAttribute(age, "title", now.at ? fill(gettext("%(age)s ago"), { age: age.textContent }) : null);
      setText(far, now.used ? gettext("in use") : now.metres === null ? "" : this.app.distance(now.metres));
      setClass(far, "warn", now.disagrees && !now.used);
      setClass(far, "dim", !now.disagrees && !now.used);
    };
    return row;
  }

  /** For the mouse; the keys and the words beside it are for everybody: a line of a list may hold no buttons. */
  #says(verdict) {
    const title = verdict === "confirmed" ? gettext("Right (space)") : gettext("Wrong (Del)");
    const mark = h("span", { class: "say", "data-verdict": verdict, title, "aria-hidden": "true" });
    mark.append(icon(verdict === "confirmed" ? "u-check" : "u-no"));
    return mark;
  }

  #verdictName(verdict) {
    if (!verdict) return "";
    return verdict === "confirmed" ? gettext("confirmed") : gettext("rejected");
  }

  #words(piece) {
    if (piece.key === "used" && piece.why) return gettext("Best estimate");
    if (piece.key.startsWith("place-")) return piece.label;
    if (piece.key === "proposed") return gettext("Point on the map");
    // A place read out of words says so by its symbol; its name needs the room.
    if (piece.source === "address" && piece.label) return piece.label;
    return [sourceName(piece.source), piece.label].filter(Boolean).join(" · ");
  }
}
