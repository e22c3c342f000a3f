/** Drawing on the map: click adds a point, Backspace takes the last away, Enter or a double click ends, Escape gives up. */
/* global L */
import { fill, gettext } from "#realtime/words";
import { areaM2, lengthM } from "#console/map_geometry";
import { h, kbd, setText, show } from "#console/dom";

const POINTS_MAX = 200; // as maps/domain.py: CLOSURE_VERTICES_MAX counts the closing one too
const POINTS_MIN = { line: 2, area: 3, measure: 2 };

export class MapDraw {
  /** @param {import("./app.js").App} app @param {any} map @param {HTMLElement} host */
  constructor(app, map, host) {
    this.app = app;
    this.map = map;
    this.task = null;
    this.points = [];
    this.layer = L.layerGroup().addTo(map);
    this.words = h("span", null);
    this.bar = h(
      "div",
      { class: "map-bar", role: "status" },
      this.words,
      h("span", "dim", kbd("Enter"), " ", gettext("done")),
      h("span", "dim", kbd("⌫"), " ", gettext("undo")),
      h("span", "dim", kbd("Esc"), " ", gettext("stop")),
    );
    show(this.bar, false);
    host.append(this.bar);
    map.on("dblclick", () => this.task && this.finish());
  }

  get isActive() {
    return this.task !== null;
  }

  /**
   * @param {"line"|"area"|"measure"} shape
   * @param {{lat: number, lng: number}} from the first point
   * @param {(points: {lat: number, lng: number}[]) => void} [done] a measure stays until Escape
   */
  start(shape, from, done = () => {}) {
    this.task = { shape, done };
    this.points = [from];
    this.map.doubleClickZoom.disable();
    this.map.getContainer().classList.add("drawing");
    this.#draw();
  }

  add({ lat, lng }) {
    const last = this.points.at(-1);
    if (last && last.lat === lat && last.lng === lng) return; // the second click of a double one
    if (this.points.length >= POINTS_MAX)
      return this.app.say(fill(gettext("No more than %(count)s points."), { count: POINTS_MAX }), "refused");
    this.points.push({ lat, lng });
    return this.#draw();
  }

  /** @returns {boolean} whether the key was one of drawing */
  key(event) {
    if (!this.task) return false;
    if (event.key === "Backspace") {
      this.points.pop();
      if (this.points.length) this.#draw();
      else this.stop();
    } else if (event.key === "Enter") this.finish();
    else if (event.key === "Escape") this.stop();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  finish() {
    const { shape, done } = this.task;
    if (this.points.length < POINTS_MIN[shape])
      return this.app.say(gettext("Click at least one more point."), "refused");
    const points = [...this.points];
    if (shape === "measure") {
      this.task = { ...this.task, ended: true };
      return this.#draw();
    }
    this.stop();
    return done(points);
  }

  stop() {
    this.task = null;
    this.points = [];
    this.layer.clearLayers();
    this.map.doubleClickZoom.enable();
    this.map.getContainer().classList.remove("drawing");
    show(this.bar, false);
  }

  /** @returns {boolean} whether a click belongs to the drawing */
  click(latlng) {
    if (!this.task) return false;
    if (!this.task.ended) this.add(latlng);
    return true;
  }

  #draw() {
    const { shape } = this.task;
    this.layer.clearLayers();
    const make = shape === "area" && this.points.length > 2 ? L.polygon : L.polyline;
    make(this.points, { className: "drawn", interactive: false }).addTo(this.layer);
    for (const point of this.points)
      L.circleMarker(point, { radius: 4, className: "drawn dot", interactive: false }).addTo(this.layer);
    const length = this.app.distance(lengthM(this.points));
    const area = areaM2(this.points) / 1e6;
    const squared = new Intl.NumberFormat(this.app.language, { maximumFractionDigits: 3 }).format(area);
    const named = shape === "line" || area === 0 ? length : `${length} · ${squared} km²`;
    setText(this.words, named);
    show(this.bar, true);
  }
}
