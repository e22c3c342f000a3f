/** Markers of the map: incidents are filled shapes, units boxed chips, calls bare icons. */
/* global L */
import { channelSymbol, icon, priorityBadge, prioritySymbol, statusSymbol, swapIcon } from "#realtime/icons";
import { h, setAttribute, setClass, setText, show } from "#console/dom";

export class Marker {
  labelText = "";
  rests = false; // stands at its station: may be drawn beside its place when others stand there too
  aside = { x: 0, y: 0 };
  weight = 0;
  #marker;

  constructor(map, className, zIndexOffset, element, choose) {
    const html = h("div", `mk ${className}`, element);
    this.element = html;
    const shape = L.divIcon({ className: "mk-anchor", html, iconSize: [0, 0] });
    this.#marker = L.marker([0, 0], {
      icon: shape,
      zIndexOffset,
      keyboard: false,
      bubblingMouseEvents: false,
    });
    this.#marker.on("click", () => choose(this.id));
    this.map = map;
  }

  /** @returns {boolean} whether it moved or its label changed */
  update(item) {
    this.id = item.id;
    const { lat, lng } = item.place;
    const moved = this.lat !== lat || this.lng !== lng;
    if (moved) {
      [this.lat, this.lng] = [lat, lng];
      this.#marker.setLatLng([lat, lng]);
      if (!this.#marker._map) this.#marker.addTo(this.map);
    }
    setAttribute(this.element, "title", item.title);
    return moved;
  }

  point(map) {
    return map.latLngToContainerPoint([this.lat, this.lng]);
  }

  /** Where its shape is drawn. */
  shownAt(map) {
    const { x, y } = this.point(map);
    return { x: x + this.aside.x, y: y + this.aside.y };
  }

  moveAside(aside) {
    if (aside.x === this.aside.x && aside.y === this.aside.y) return;
    this.aside = aside;
    this.element.style.margin = `${aside.y}px 0 0 ${aside.x}px`;
  }

  showLabel() {}

  remove() {
    this.#marker.remove();
  }
}

export class IncidentMarker extends Marker {
  constructor(map, choose) {
    const badge = priorityBadge(null, "");
    super(map, "inc", 2000, badge, choose);
    this.badge = badge;
    this.weight = 10;
  }

  update(item) {
    swapIcon(this.badge, prioritySymbol(item.priority));
    setAttribute(this.badge, "aria-label", item.title);
    setClass(this.element, "selected", item.chosen);
    return super.update(item);
  }
}

export class UnitMarker extends Marker {
  constructor(map, choose) {
    const shape = icon("s-available");
    const callsign = h("b", null);
    const age = h("span", "dim");
    super(map, "unit", 1000, h("span", "chip", shape, callsign, age), choose);
    Object.assign(this, { shape, callsign, age });
  }

  update(item) {
    swapIcon(this.shape, statusSymbol(item.status));
    const colour = `var(--st-${item.status})`;
    if (this.element.style.color !== colour) this.element.style.color = colour;
    setText(this.callsign, item.callsign);
    setText(this.age, item.stale);
    setClass(this.element, "stale-u", item.stale);
    const label = item.stale ? `${item.callsign} ${item.stale}` : item.callsign;
    const changed =
      label.length !== this.labelText.length || this.weight !== item.weight || this.rests !== item.rests;
    this.rests = item.rests;
    if (!this.rests) this.moveAside({ x: 0, y: 0 });
    this.labelText = label;
    this.weight = item.weight;
    return super.update(item) || changed;
  }

  showLabel(on) {
    show(this.callsign, on);
    show(this.age, on);
  }
}

export class CallMarker extends Marker {
  constructor(map, choose) {
    const shape = icon("c-voice");
    super(map, "call", 1500, shape, choose);
    this.shape = shape;
  }

  update(item) {
    swapIcon(this.shape, channelSymbol(item.channel));
    setClass(this.element, "selected", item.chosen);
    return super.update(item);
  }
}
