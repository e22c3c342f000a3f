/** Says that the screen is behind or cut off, since when, what still works. It cannot be closed. */
import { icon } from "#realtime/icons";
import { clockText, durationText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { h, setAttribute, setText } from "#console/dom";
import { Panel } from "#console/panel";

const QUIET_MS = 2_500; // a page that is just loading, or a reconnection, is no news

export class CutBar extends Panel {
  connect() {
    this.startedAt = Date.now();
    this.title = h("b", null);
    this.age = h("b", { "aria-hidden": "true" });
    this.sentence = h("span", "cut");
    this.next = h("span", { class: "next", "aria-hidden": "true" });
    this.inside = [icon("u-cut"), this.title, this.age, this.sentence, h("span", "fill"), this.next];
    this.stops.push(this.app.socket.subscribe(() => this.app.redraw()));
  }

  render() {
    const { link } = this.app.socket;
    const ageMs = this.app.socket.dataAgeMs() ?? Date.now() - this.startedAt;
    const shown = link.state === "behind" && ageMs < QUIET_MS ? "live" : link.state;
    setAttribute(document.documentElement, "data-link", shown);
    if (shown === "live") {
      // Emptied, so that the next cut is announced again.
      if (this.element.firstChild) this.element.replaceChildren();
      return;
    }
    const cut = shown === "cut";
    setText(this.title, cut ? gettext("CUT OFF") : gettext("BEHIND"));
    setText(this.age, durationText(ageMs / 1000));
    const since = link.since === null ? "–" : clockText(link.since, this.app.timeZone);
    const words = cut
      ? gettext(
          "Everything on this screen stopped at %(since)s. Telephones keep ringing. What you type stays here; commands are not sent.",
        )
      : gettext("Nothing new has come since %(since)s. Commands are sent as soon as the line is back.");
    setText(this.sentence, fill(words, { since }));
    setText(this.next, this.#nextTry(link));
    if (!this.element.firstChild) this.element.append(...this.inside);
  }

  #nextTry(link) {
    if (link.nextTryAt === null) return fill(gettext("try %(attempt)s…"), { attempt: link.attempt });
    const seconds = Math.max(0, Math.ceil((link.nextTryAt - Date.now()) / 1000));
    return fill(gettext("try %(attempt)s in %(seconds)s s"), { attempt: link.attempt + 1, seconds });
  }
}
