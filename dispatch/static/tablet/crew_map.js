/** The map: the incident, the own unit, the others, the way. Everything on it also stands in words beside it. */
/* global L */
import { addBaseLayer } from "#maps/base_layer";
import { icon, statusSymbol } from "#realtime/icons";
import { getJson } from "#realtime/page";
import { clockText, distanceText, durationText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { badge, make, slot, write } from "#tablet/dom";
import { Hazards } from "#tablet/hazards";
import { drawStreets, keepWay, keptWay } from "#tablet/way";

const ROUTE_EVERY_MS = 30_000;
const ZOOM_CLOSE = 16;
const STEPS_WITH_ROUTE = new Set(["assigned", "notified", "acknowledged", "en_route"]);

export class CrewMap {
  #clock;
  #city;
  #language;
  #positions;
  #map = null;
  #base = null;
  #layer = null;
  #hazards = null;
  #line = null;
  #fitted = null;
  #ends = [];
  #isMoved = false;
  #isFitting = false;
  #route = null;
  #asked = { id: null, atMs: 0 };
  #drawn = "";

  constructor({ store, clock, city, language, positions, redraw, basemapUrl }) {
    Object.assign(this, { store, redraw });
    this.#clock = clock;
    this.#city = city;
    this.#language = language;
    this.#positions = positions;
    this.basemapUrl = basemapUrl;
  }

  /** Leaflet measures its element, so the map begins with the first assignment that is shown. */
  #begin() {
    this.#map = L.map(slot("map"), { zoomControl: false, attributionControl: true, keyboard: false });
    this.#map.setView([this.#city.lat, this.#city.lng], this.#city.zoom);
    this.#map.attributionControl.setPrefix(false);
    this.#base = addBaseLayer(this.#map, {
      rasterUrl: this.basemapUrl,
      isDemo: this.#city.isDemo,
      demoText: gettext("Demo map, positions approximate"),
    });
    this.#hazards = new Hazards(this.#map, this.#clock, this.redraw);
    this.#layer = L.layerGroup().addTo(this.#map);
    this.#map.on("dragstart zoomstart", () => {
      this.#isMoved ||= !this.#isFitting;
    });
    // A tablet that is turned shows both ends again, unless the crew had moved the map itself.
    new ResizeObserver(() => {
      this.#map.invalidateSize({ animate: false });
      if (!this.#isMoved) this.#showEnds();
    }).observe(slot("map"));
  }

  render(view) {
    if (!view.incident) return;
    if (!this.#map) this.#begin();
    const here = this.#here(view);
    const place = view.incident.location;
    slot("nowhere").hidden = Boolean(place);
    const link = slot("nav");
    link.hidden = !place;
    if (place) link.href = `geo:${place.lat},${place.lng}?q=${place.lat},${place.lng}`;
    this.#hazards.draw(this.store.all("closures"), place);
    this.#marks(view, here, place);
    this.#fit(view.assignment, here, place);
    this.tick(view);
  }

  tick(view) {
    const { assignment } = view;
    if (!assignment || !STEPS_WITH_ROUTE.has(assignment.status)) {
      this.#route = null;
      this.#drawRoute();
    } else this.#askRoute(assignment);
    this.#eta();
  }

  #here(view) {
    return this.#positions.latest ?? view.unit?.position ?? null;
  }

  #marks(view, here, place) {
    const rows = [place, here, view.incident.priority, view.status, view.others];
    const key = JSON.stringify(rows);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#layer.clearLayers();
    if (place?.radius_m) L.circle(place, { radius: place.radius_m, className: "radius" }).addTo(this.#layer);
    for (const other of view.others)
      if (other.position) this.#unit(other.callsign, other.status, other.position);
    if (here) this.#unit(view.unit.callsign, view.status.word, here);
    if (place)
      this.#mark(make("div", { className: "mk inc selected" }, badge(view.incident.priority)), place);
  }

  #unit(callsign, status, at) {
    const word = status === "notified" ? "assigned" : status;
    const chip = make("span", { className: "chip" }, icon(statusSymbol(word)), make("b", { text: callsign }));
    const mark = make("div", { className: "mk unit" }, chip);
    mark.style.color = `var(--st-${word})`;
    this.#mark(mark, at);
  }

  #mark(element, { lat, lng }) {
    const shape = L.divIcon({ html: element, className: "", iconSize: [0, 0] });
    L.marker([lat, lng], { icon: shape, interactive: false, keyboard: false }).addTo(this.#layer);
  }

  /** Draw again what could not be fetched while the line was cut; nothing else asks for a failed tile twice. */
  lineIsBack() {
    this.#base?.retheme();
  }

  /** Show both ends once; after that the crew's own panning stays. */
  #fit(assignment, here, place) {
    const key = `${assignment.id} ${place?.lat} ${place?.lng}`;
    if (this.#fitted === key || !place) return;
    this.#fitted = key;
    this.#ends = here ? [place, here] : [place];
    this.#isMoved = false;
    this.#map.invalidateSize({ animate: false }); // the panel has just been shown or has changed its height
    this.#showEnds();
  }

  #showEnds() {
    if (!this.#ends.length) return;
    this.#isFitting = true;
    this.#map.fitBounds(L.latLngBounds(this.#ends.map(({ lat, lng }) => [lat, lng])), {
      padding: [60, 90],
      maxZoom: ZOOM_CLOSE,
      animate: false,
    });
    this.#isFitting = false;
  }

  async #askRoute(assignment) {
    const nowMs = this.#clock.now();
    if (this.#asked.id === assignment.id && nowMs - this.#asked.atMs < ROUTE_EVERY_MS) return;
    const isNew = this.#asked.id !== assignment.id;
    this.#asked = { id: assignment.id, atMs: nowMs };
    if (isNew) {
      this.#route = keptWay(localStorage, assignment.id);
      this.#drawRoute();
    }
    try {
      const route = await getJson(`/api/v1/assignments/${assignment.id}/route`);
      if (this.#asked.id !== assignment.id) return;
      this.#route = route.eta_s === null ? null : { ...route, atMs: nowMs };
      keepWay(localStorage, assignment.id, this.#route);
    } catch {
      return; // offline: the last way stays and its arrival time with it
    }
    this.#drawRoute();
    this.#eta();
  }

  /** Roads have been closed or opened: the way may be another one. */
  askAgain() {
    this.#asked.atMs = 0;
  }

  #drawRoute() {
    drawStreets(this.#route, this.#language);
    this.#line?.remove();
    this.#line = null;
    if (!this.#map || !this.#route?.points.length) return;
    const dashArray = this.#route.by === "air" ? "4 10" : null;
    this.#line = L.polyline(this.#route.points, { className: "route", dashArray }).addTo(this.#map);
  }

  #eta() {
    slot("eta").hidden = this.#route === null;
    if (this.#route === null) return;
    const arrival = this.#route.atMs + this.#route.eta_s * 1000;
    write("eta-time", durationText((arrival - this.#clock.now()) / 1000));
    const at = clockText(arrival, this.#city.timeZone, { seconds: false });
    const distance = distanceText(this.#route.distance_m, this.#language);
    const words =
      this.#route.by === "air"
        ? gettext("%(distance)s straight line")
        : gettext("%(distance)s · there at %(at)s");
    write("eta-more", fill(words, { distance, at }));
  }
}
