/** Says that the screen is behind or cut off, since when, what still works. It cannot be closed; every panel shows the age. */
import { BEHIND_AFTER_MS } from "#realtime/freshness";
import { icon } from "#realtime/icons";
import { clockText, durationText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { h, kbd, setAttribute, setText } from "#console/dom";
import { PAGE } from "#console/pack";
import { Panel } from "#console/panel";

export class CutBar extends Panel {
  connect() {
    this.startedAt = Date.now();
    this.title = h("b", null);
    this.age = h("b", { "aria-hidden": "true" });
    this.sentence = h("span", "cut");
    this.next = h("span", { class: "next", "aria-hidden": "true" });
    const pack = h(
      "a",
      { class: "pack", href: PAGE, target: "siaga-pack" },
      gettext("Print manual pack"),
      " ",
      kbd("Ctrl P"),
    );
    this.inside = [icon("u-cut"), this.title, this.age, this.sentence, h("span", "fill"), this.next, pack];
    this.stops.push(this.app.socket.subscribe(() => this.app.redraw()));
  }

  render() {
    const { socket, clock } = this.app;
    const known = socket.dataAgeMs();
    const ageMs = known ?? Date.now() - this.startedAt;
    // A page that is just loading is no news.
    const shown = ageMs < BEHIND_AFTER_MS ? "live" : socket.link.state;
    setAttribute(document.documentElement, "data-link", shown);
    document.documentElement.style.setProperty("--data-age", `"${durationText(ageMs / 1000)}"`);
    if (shown === "live") {
      // Emptied, so that the next cut is announced again.
      if (this.element.firstChild) this.element.replaceChildren();
      return;
    }
    const cut = shown === "cut";
    setText(this.title, cut ? gettext("CUT OFF") : gettext("BEHIND"));
    setText(this.age, durationText(ageMs / 1000));
    const since = known === null ? "–" : clockText(clock.now() - known, this.app.timeZone);
    const words = cut
      ? gettext(
          "Everything on this screen stopped at %(since)s. Telephones keep ringing. What you type stays here; commands are not sent.",
        )
      : gettext("Nothing new has come since %(since)s. Commands are sent as soon as the line is back.");
    setText(this.sentence, fill(words, { since }));
    setText(this.next, this.#nextTry());
    if (!this.element.firstChild) this.element.append(...this.inside);
  }

  #nextTry() {
    const { socket } = this.app;
    const untilMs = socket.untilNextTryMs();
    const { attempt } = socket.link;
    if (untilMs !== null)
      return fill(gettext("try %(attempt)s in %(seconds)s s"), {
        attempt: attempt + 1,
        seconds: Math.ceil(untilMs / 1000),
      });
    return attempt ? fill(gettext("try %(attempt)s…"), { attempt }) : gettext("waiting for the database");
  }
}
