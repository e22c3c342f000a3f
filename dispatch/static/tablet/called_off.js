/** The centre has taken the assignment away: that stands there until somebody says that it was read. */
import { shortNumber, fill, gettext } from "#realtime/words";
import { write } from "#tablet/dom";

const PANEL = '[data-panel="called-off"]';

export class CalledOff {
  /** What the log said of it; a page that had to fetch a whole snapshot does not know. */
  #reasons = new Map();

  /** @param {{store: import("#realtime/store").Store}} options */
  constructor({ store }) {
    store.onEvent(({ name, data }) => {
      if (name === "assignment.cancelled") this.#reasons.set(data.assignment_id, data.reason ?? "");
    });
  }

  connect() {
    document.querySelector('[data-act="called-off-read"]').addEventListener("click", () => {
      document.querySelector(PANEL).hidden = true;
    });
  }

  /** @param {{id: string, number: string|null}} ended as `takenAway` names it */
  show({ id, number }) {
    const reason = this.#reasons.get(id);
    const words =
      reason === undefined
        ? gettext("The assignment %(number)s has ended. Ask the centre if you are still needed.")
        : gettext("The centre has called off the assignment %(number)s.");
    const sentence = fill(words, { number: number ? shortNumber(number) : "" });
    write("called-off", reason ? `${sentence} ${fill(gettext("Reason: %(reason)s"), { reason })}` : sentence);
    document.querySelector(PANEL).hidden = false;
  }
}
