/** What stands below the printed map: the open incidents, when it was printed, and what the signs mean. */
import { priorityBadge, prioritySymbol, swapIcon } from "#realtime/icons";
import { clockText } from "#realtime/time";
import { fill, gettext, priorityName, shortNumber } from "#realtime/words";
import { incidentsInOrder } from "#console/board";
import { h, keyed, setAttribute, setText } from "#console/dom";
import { Panel } from "#console/panel";

const REDRAWN_MS = 800; // tiles in other colours

export class PrintList extends Panel {
  connect() {
    this.on(this.part("print"), "click", () => this.#print());
    this.on(window, "beforeprint", () => this.#inDayColours());
    this.on(window, "afterprint", () => {
      if (this.theme) document.documentElement.dataset.theme = this.theme;
      this.theme = null;
    });
    this.list = this.part("list");
    this.app.onSay((words) => setText(this.part("said"), words));
  }

  /** Paper is light: the map is drawn in day colours first, and in the person's own again afterwards. */
  #print() {
    const waits = document.documentElement.dataset.theme === "day" ? 0 : REDRAWN_MS;
    this.#inDayColours();
    setTimeout(() => window.print(), waits);
  }

  #inDayColours() {
    this.theme ??= document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "day";
  }

  render() {
    const { app } = this;
    const open = incidentsInOrder(app.store);
    setText(
      this.part("at"),
      fill(gettext("State of %(at)s"), { at: `${app.date(app.clock.now())} ${app.time(app.clock.now())}` }),
    );
    keyed(this.list, open, { key: (one) => one.id, create: () => this.#row() });
  }

  #row() {
    const badge = priorityBadge(null, priorityName(null));
    const words = h("span", null);
    const row = h("li", null, badge, words);
    row.update = (incident) => {
      swapIcon(badge, prioritySymbol(incident.priority));
      setAttribute(badge, "aria-label", priorityName(incident.priority));
      const opened = clockText(incident.opened_at, this.app.timeZone, { seconds: false });
      setText(
        words,
        `${shortNumber(incident.number)} · ${opened} · ${this.app.typeName(incident.type)} · ${this.app.placeText(incident)}`,
      );
    };
    return row;
  }
}
