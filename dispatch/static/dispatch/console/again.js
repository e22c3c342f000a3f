/** Asks for the password again before the session ends, and after it has: over the board, nothing typed is lost. */
import { durationText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { setText, show } from "#console/dom";
import { Panel } from "#console/panel";

const WARN_MS = 30 * 60_000;
const ENDED_SLACK_MS = 30_000; // clocks of server and browser differ a little
const SHARE_OF_SHORT = 0.25; // of a session that is shorter than two hours

export class Again extends Panel {
  connect() {
    this.endsAtMs = Date.parse(this.app.boot.sessionEndsAt);
    this.warnMs = Math.min(WARN_MS, (this.endsAtMs - this.app.clock.now()) * SHARE_OF_SHORT);
    this.hasEnded = false;
    this.on(this.part("form"), "submit", (event) => this.#submit(event));
    // The person's other windows share the session; they need not be asked, too.
    this.windows = new BroadcastChannel("siaga-session");
    this.on(this.windows, "message", (event) => this.#renewed(event.data));
  }

  /** A socket was refused. True when that is because the shift's session ran out, not because somebody signed out. */
  ended() {
    if (this.app.clock.now() < this.endsAtMs - ENDED_SLACK_MS) return false;
    this.hasEnded = true;
    this.app.redraw();
    return true;
  }

  render() {
    const leftMs = this.endsAtMs - this.app.clock.now();
    show(this.element, this.hasEnded || leftMs < this.warnMs);
    const words =
      this.hasEnded || leftMs <= 0
        ? gettext("Your sign-in has ended. The board stands still until you sign in again.")
        : fill(gettext("Your sign-in ends in %(left)s. Sign in again now and go on without a break."), {
            left: durationText(leftMs / 1000),
          });
    setText(this.part("words"), words);
  }

  async #submit(event) {
    event.preventDefault();
    const form = this.part("form");
    const { id, username } = this.app.boot.viewer;
    const body = new FormData(form);
    body.set("user_id", id);
    body.set("username", username);
    const response = await fetch(form.action, { method: "POST", body }).catch(() => null);
    const reply = await response?.json().catch(() => null);
    const said = reply?.ok ? "" : (reply?.detail ?? gettext("That did not work. Try again in a minute."));
    setText(this.part("refused"), said);
    if (!reply?.ok) return;
    form.reset();
    this.windows.postMessage(reply);
    this.#renewed(reply);
  }

  #renewed(reply) {
    this.endsAtMs = Date.parse(reply.session_ends_at);
    this.hasEnded = false;
    for (const token of document.querySelectorAll("input[name=csrfmiddlewaretoken]"))
      token.value = reply.csrf;
    this.app.redraw();
  }
}
