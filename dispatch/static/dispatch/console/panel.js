/** One region of the page. It draws what the store says and sends commands; it never writes to the store. */

export class Panel {
  /** @param {HTMLElement} element @param {import("./app.js").App} app */
  constructor(element, app) {
    this.element = element;
    this.app = app;
    this.name = element.dataset.panel;
    this.stops = [];
  }

  /** Listen; called once after construction. */
  connect() {}

  disconnect() {
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  /** Draw what differs; called for every change and every second. */
  render() {}

  /** The part marked `data-<name>`. */
  part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  on(target, type, listener) {
    target.addEventListener(type, listener);
    this.stops.push(() => target.removeEventListener(type, listener));
  }

  focus() {
    (this.part("list") ?? this.element).focus();
  }
}

/**
 * Arrow keys in a list whose rows keep their own places: the list has the focus, the marked row is named to
 * assistive technology by aria-activedescendant.
 * @param {{rows: () => HTMLElement[], marked: () => string|null, mark: (id: string) => void}} how
 */
export function listKeys(event, { rows, marked, mark }) {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined) return false;
  event.preventDefault();
  const all = rows();
  if (!all.length) return true;
  const at = all.findIndex((row) => row.dataset.id === marked());
  const next = at < 0 ? (step < 0 && step !== -Infinity ? all.length - 1 : 0) : at + step;
  const row = all[Math.min(all.length - 1, Math.max(0, next))];
  mark(row.dataset.id);
  row.scrollIntoView({ block: "nearest" });
  return true;
}
