/** The control of the map's layers: a button that opens a list to tick, all of it reachable with Tab. */
/* global L */
import { getJson } from "#realtime/page";
import { fill, gettext } from "#realtime/words";
import { isWaiting, placeOf } from "#console/board";
import { h, setAttribute, setClass, setText, show } from "#console/dom";
import {
  COVERAGE_MINUTES,
  LAYERS,
  LayerChoice,
  Reading,
  addressOf,
  coverageVersion,
} from "#console/map_layers";
import { Overlays } from "#console/map_overlays";
import { layerName, stateText } from "#console/map_words";

const ON_BOARD = ["incidents", "units", "calls"]; // drawn by the map itself
const HOSPITAL_WORDS_ZOOM = 14; // farther, a hospital is its sign alone: the words would lie over units

export class LayerControl {
  #rows = new Map();
  #readings = new Map();
  #premisesSeen = 0;
  hidden = "";

  /** @param {L.Map} map @param {ReturnType<import("#maps/base_layer").addBaseLayer>} base */
  constructor(app, map, base) {
    Object.assign(this, { app, map, base });
    this.choice = new LayerChoice(localStorage, app.boot.viewer.id);
    this.overlays = new Overlays(map, app);
    const tell = () => app.redraw();
    for (const { key, reads, isOfView } of LAYERS)
      if (reads) this.#readings.set(key, new Reading({ everyMs: reads, read: getJson, tell, isOfView }));
    this.#build();
    const far = () => setClass(map.getContainer(), "far", map.getZoom() < HOSPITAL_WORDS_ZOOM);
    map.on("zoomend", far).on("moveend", tell);
    far();
    app.store.onEvent(({ name }) => {
      if (name.startsWith("premise.")) this.#premisesSeen += 1;
    });
    this.#apply();
  }

  isOn(key) {
    return this.choice.isOn(key);
  }

  /** The markers that are switched on, the weightier kinds first. @param {Record<string, Map<string, object>>} layers */
  shownOf(layers) {
    return ON_BOARD.filter((key) => this.isOn(key)).flatMap((key) => [...layers[key].values()]);
  }

  #build() {
    this.warning = h("span", { class: "tag warn", hidden: true }, "!");
    this.button = h(
      "button",
      { type: "button", class: "btn layers-open", "aria-expanded": "false", "aria-controls": "map-layers" },
      gettext("Layers"),
      this.warning,
    );
    this.list = h(
      "fieldset",
      { id: "map-layers", class: "layers-list", hidden: true },
      h("legend", "vh", gettext("Layers of the map")),
      ...LAYERS.map(({ key }) => this.#row(key)),
    );
    this.said = h("p", { class: "vh", role: "status" });
    this.element = h("div", { class: "layers" }, this.button, this.list, this.said);
    this.button.addEventListener("click", () => this.#open(this.list.hidden));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.list.hidden) return;
      event.stopPropagation();
      this.#open(false);
      this.button.focus();
    });
    // The map must not take a click here for a place, nor the wheel for zooming.
    L.DomEvent.disableClickPropagation(this.element);
    L.DomEvent.disableScrollPropagation(this.element);
    this.map.getContainer().append(this.element);
  }

  #row(key) {
    const box = h("input", { type: "checkbox", id: `layer-${key}` });
    const state = h("span", "dim");
    const picks = { areas: () => this.#agencies(), coverage: () => this.#minutes() }[key]?.();
    box.checked = this.choice.isOn(key);
    box.addEventListener("change", () => {
      this.choice.set(key, box.checked);
      this.#apply();
    });
    this.#rows.set(key, { box, state, picks });
    return h("div", "layer", h("label", { for: box.id }, box, h("span", null, layerName(key))), picks, state);
  }

  #agencies() {
    const { agencies } = this.app.reference;
    const chosen = this.choice.agencyOf(agencies);
    const options = agencies.map(({ code, name }) => h("option", { value: code, title: name }, code));
    return this.#select(gettext("Agency"), options, chosen, (agency) => this.choice.pick({ agency }));
  }

  #minutes() {
    const options = COVERAGE_MINUTES.map((count) =>
      h("option", { value: count }, fill(gettext("%(count)s min"), { count })),
    );
    const pick = (minutes) => this.choice.pick({ minutes: Number(minutes) });
    return this.#select(gettext("Minutes"), options, this.choice.minutes, pick);
  }

  #select(label, options, chosen, pick) {
    const select = h("select", { "aria-label": label }, ...options);
    select.value = String(chosen);
    select.addEventListener("change", () => {
      pick(select.value);
      this.app.redraw();
    });
    return select;
  }

  #open(isOpen) {
    show(this.list, isOpen);
    setAttribute(this.button, "aria-expanded", String(isOpen));
    if (isOpen) this.list.querySelector("input").focus();
  }

  #apply() {
    for (const key of ON_BOARD) setClass(this.map.getContainer(), `no-${key}`, !this.isOn(key));
    const hidden = this.choice.hiddenKinds();
    const words = [...hidden].join();
    if (words !== this.hidden) this.base.hide(hidden);
    this.hidden = words;
    this.map.fire("layerschange");
    this.app.redraw();
  }

  /** Called with every change of the board and every second. */
  render() {
    const { store } = this.app;
    const shown = {
      closures: () => store.all("closures"),
      hospitals: () => store.all("hospitals"),
      radii: () => this.#circles(),
    };
    for (const [key, read] of Object.entries(shown)) this.overlays.draw(key, this.isOn(key) ? read() : null);
    for (const [key, reading] of this.#readings) {
      reading.want(this.isOn(key) ? this.#address(key) : null, this.#version(key), this.app.clock.now());
      this.overlays.draw(key, reading.data);
    }
    this.#states();
  }

  #address(key) {
    const bounds = this.map.getBounds();
    const [west, south, east, north] = bounds.toBBoxString().split(",").map(Number);
    const agency = this.choice.agencyOf(this.app.reference.agencies);
    return addressOf(key, { agency, minutes: this.choice.minutes, box: { west, south, east, north } });
  }

  #version(key) {
    if (key === "coverage") return coverageVersion(this.app.store);
    return key === "premises" ? String(this.#premisesSeen) : "";
  }

  #circles() {
    const loose = this.app.store.all("calls").filter((call) => isWaiting(call) || call.status === "answered");
    const places = loose.map(placeOf).filter((place) => place?.radius_m);
    return places.map(({ lat, lng, radius_m }) => ({ lat, lng, radius_m }));
  }

  #states() {
    const failed = [];
    for (const [key, { state, picks }] of this.#rows) {
      const reading = this.#readings.get(key);
      setText(state, stateText(reading, this.app.time));
      if (picks) show(picks, this.isOn(key));
      if (reading?.state === "failed") failed.push(layerName(key));
    }
    const words = failed.length
      ? fill(gettext("Could not be read: %(layers)s"), { layers: failed.join(", ") })
      : "";
    show(this.warning, failed.length > 0);
    setAttribute(this.button, "title", words || null);
    setText(this.said, words);
  }
}
