/** The first three tiles follow the board; when the line is cut they look old instead of wrong. */
import { leaveIfSignedOut } from "#realtime/page";
import { BoardSocket } from "#realtime/socket";
import { Store } from "#realtime/store";
import { Clock, durationText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";

const WAITING = new Set(["ringing", "queued"]);
const TICK_MS = 1_000;

/** @param {import("#realtime/store").Store} store */
export function liveFigures(store) {
  const waiting = store.all("calls").filter((call) => WAITING.has(call.status));
  const units = store.all("units");
  return {
    waiting: waiting.length,
    oldestAt: waiting.map((call) => call.received_at).sort()[0] ?? null,
    incidents: store.all("incidents").length,
    units: units.length,
    available: units.filter((unit) => unit.status === "available").length,
  };
}

export class Live {
  #clock = new Clock();
  #store = new Store();
  #socket;
  #root;

  constructor(root) {
    this.#root = root;
    this.#socket = new BoardSocket({
      store: this.#store,
      clock: this.#clock,
      onSignedOut: () => leaveIfSignedOut(),
    });
  }

  connect() {
    this.#store.subscribe(() => this.#draw());
    this.#socket.subscribe((link) => {
      for (const tile of [...this.#root.children].slice(0, 3))
        tile.classList.toggle("stale", link.state === "cut");
    });
    setInterval(() => this.#draw(), TICK_MS);
    this.#socket.start();
  }

  #draw() {
    if (this.#store.seq === null) return;
    const { oldestAt, ...figures } = liveFigures(this.#store);
    for (const [name, value] of Object.entries(figures)) this.#write(name, String(value));
    this.#root.querySelector('[data-tile="waiting"]').classList.toggle("near", figures.waiting > 0);
    const age = durationText(this.#clock.ageS(oldestAt));
    this.#write("oldest", oldestAt ? fill(gettext("longest %(age)s"), { age }) : gettext("nobody waits"));
  }

  #write(name, text) {
    const element = this.#root.querySelector(`[data-slot="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
  }
}
