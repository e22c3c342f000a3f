/** The menu of a place on the map: by right click, or by the menu key at the middle of the map. */
import { gettext } from "#realtime/words";
import { h } from "#console/dom";

export class MapMenu {
  /**
   * @param {any} map Leaflet's
   * @param {HTMLElement} host
   * @param {(at: {lat: number, lng: number}) => [string, () => void][]} itemsAt
   */
  constructor(map, host, itemsAt) {
    Object.assign(this, { map, host, itemsAt });
    map.on("contextmenu", (event) => {
      event.originalEvent.preventDefault();
      this.open(event.latlng, event.containerPoint);
    });
    map.on("movestart zoomstart mousedown", () => this.close(false));
    map.getContainer().addEventListener("keydown", (event) => this.#mapKey(event));
  }

  #mapKey(event) {
    if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
    this.open(this.map.getCenter(), this.map.getSize().divideBy(2));
  }

  open(latlng, { x, y }) {
    this.close(false);
    const items = this.itemsAt(latlng).map(([words, act]) =>
      h(
        "button",
        { type: "button", role: "menuitem", tabindex: "-1", onclick: () => this.#take(act) },
        words,
      ),
    );
    this.element = h("div", { class: "map-menu", role: "menu", "aria-label": gettext("At this place") });
    this.element.append(...items);
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("contextmenu", (event) => event.preventDefault());
    this.host.append(this.element);
    const { clientWidth, clientHeight } = this.host;
    const { offsetWidth, offsetHeight } = this.element;
    this.element.style.left = `${Math.max(0, Math.min(x, clientWidth - offsetWidth))}px`;
    this.element.style.top = `${Math.max(0, Math.min(y, clientHeight - offsetHeight))}px`;
    items[0]?.focus();
    this.away = (event) => this.element?.contains(event.target) || this.close(false);
    document.addEventListener("mousedown", this.away, true);
  }

  close(focus = true) {
    if (!this.element) return;
    document.removeEventListener("mousedown", this.away, true);
    this.element.remove();
    this.element = null;
    if (focus) this.map.getContainer().focus();
  }

  #take(act) {
    this.close();
    act();
  }

  #key(event) {
    const items = [...this.element.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") this.close();
    else if (to === undefined) return;
    else items[(to + items.length) % items.length].focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
