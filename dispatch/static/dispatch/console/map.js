/** The map: the same shapes as in the lists. Shapes stay, labels yield; what is old is hatched and says how old. */
/* global L */
import { addBaseLayer } from "#maps/base_layer";
import { fill, gettext, statusName } from "#realtime/words";
import { incidentOfUnit, isStale, isWaiting, placeOf, restsAtHome } from "#console/board";
import { setText } from "#console/dom";
import { CallMarker, IncidentMarker, UnitMarker } from "#console/markers";
import { declutter } from "#console/labels";
import { EvidenceOnMap } from "#console/map_evidence";
import { MapTools } from "#console/map_tools";
import { openMapWindow } from "#console/map_window";
import { LayerControl } from "#console/layer_control";
import { minutesOld } from "#console/map_words";
import { Panel } from "#console/panel";

const CALLS_MAX = 120;
const ZOOM_ON_CHOICE = 15;
const FRESH_S = 10;

export class CityMap extends Panel {
  connect() {
    const { city, basemapUrl } = this.app.boot;
    const element = this.part("map");
    this.map = L.map(element, {
      center: [city.lat, city.lng],
      zoom: city.zoom,
      minZoom: 9,
      maxZoom: 18,
      zoomControl: true,
      attributionControl: true,
      zoomSnap: 0.5,
    });
    this.map.attributionControl.setPrefix(false);
    element.setAttribute("aria-label", gettext("Map. Everything on it is also in the lists."));
    element.setAttribute("role", "application");
    this.base = addBaseLayer(this.map, { rasterUrl: basemapUrl, isDemo: true });
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(this.map);
    this.layers = { calls: new Map(), incidents: new Map(), units: new Map() };
    this.evidence = new EvidenceOnMap(this.map);
    this.map.on("click", (event) => this.#propose(event.latlng));
    this.layerControl = new LayerControl(this.app, this.map, this.base);
    this.map.on("zoomend moveend layerschange", () => this.#labels());
    this.stops.push(this.app.ui.subscribe(() => this.#follow()));
    this.stops.push(() => this.map.remove());
    this.tools = new MapTools(this.app, this);
    const popOut = this.part("pop-out");
    if (popOut) this.on(popOut, "click", () => openMapWindow(popOut.dataset.popOut));
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(element);
  }

  focus() {
    this.map.getContainer().focus();
  }

  showUnit(id) {
    const unit = this.app.store.get("units", id);
    const place = unit?.position ?? unit?.home;
    if (place && !this.map.getBounds().contains([place.lat, place.lng]))
      this.map.panTo([place.lat, place.lng]);
  }

  showPlace(place) {
    this.map.setView([place.lat, place.lng], Math.max(this.map.getZoom(), ZOOM_ON_CHOICE));
  }

  /** A click says where it is: it becomes a piece of evidence, and only a further act uses it. */
  #propose({ lat, lng }) {
    if (this.tools.click({ lat, lng })) return undefined;
    if (!this.app.ui.chosen)
      return this.app.say(gettext("Choose a call or an incident first; then a click proposes its place."));
    const round = (value) => Math.round(value * 1e6) / 1e6;
    this.app.ui.propose({ lat: round(lat), lng: round(lng), label: null });
    return this.app.say(gettext("Point proposed: Alt L 1 uses it."));
  }

  /** The map moves once for each choice of the person, never by itself. */
  #follow() {
    const id = this.app.ui.chosen?.id ?? null;
    if (id === this.followed) return;
    this.followed = id;
    const place = this.app.panel("case")?.subject()?.location;
    if (place && !this.map.getBounds().pad(-0.2).contains([place.lat, place.lng]))
      this.map.panTo([place.lat, place.lng]);
  }

  render() {
    if (!this.map) return;
    this.#incidents();
    this.#units();
    this.#calls();
    this.evidence.render(this.app.panel("case"));
    this.layerControl.render();
    this.#title();
    if (this.moved) this.#labels();
    this.moved = false;
  }

  #sync(layer, items, create) {
    const wanted = new Set(items.map((item) => item.id));
    for (const [id, marker] of layer) {
      if (wanted.has(id)) continue;
      marker.remove();
      layer.delete(id);
      this.moved = true;
    }
    for (const item of items) {
      if (!layer.has(item.id)) {
        layer.set(item.id, create(item));
        this.moved = true;
      }
      if (layer.get(item.id).update(item)) this.moved = true;
    }
  }

  #incidents() {
    const placed = this.app.store.all("incidents").filter((incident) => incident.location);
    const chosen = this.app.ui.chosen?.id;
    this.#sync(
      this.layers.incidents,
      placed.map((incident) => ({
        id: incident.id,
        place: incident.location,
        priority: incident.priority,
        chosen: incident.id === chosen,
        title: `${this.app.typeName(incident.type)}, ${this.app.placeText(incident)}`,
      })),
      () => new IncidentMarker(this.map, (id) => this.app.ui.choose("incident", id)),
    );
  }

  #units() {
    const { app } = this;
    const placed = app.store.all("units").filter((unit) => unit.position && unit.status !== "off_duty");
    this.#sync(
      this.layers.units,
      placed.map((unit) => {
        const stale = isStale(unit, app.limits, app.clock);
        const chosenIncident = incidentOfUnit(app.store, unit)?.id === app.ui.chosen?.id && app.ui.chosen;
        return {
          id: unit.id,
          place: unit.position,
          callsign: unit.callsign,
          status: unit.status,
          stale: stale ? minutesOld(app.clock.ageS(unit.position.at)) : null,
          weight: chosenIncident ? 2 : unit.assignment_id ? 1 : 0,
          rests: restsAtHome(unit),
          title: `${unit.callsign}: ${statusName(unit.status)}`,
        };
      }),
      () =>
        new UnitMarker(this.map, (id) =>
          app.panel("units")?.element.querySelector(`[data-id="${id}"]`)?.click(),
        ),
    );
  }

  #calls() {
    const loose = this.app.store
      .all("calls")
      .filter((call) => !call.incident_id && (isWaiting(call) || call.status === "answered"));
    const placed = loose.map((call) => ({ call, place: placeOf(call) })).filter(({ place }) => place);
    this.#sync(
      this.layers.calls,
      placed.slice(0, CALLS_MAX).map(({ call, place }) => ({
        id: call.id,
        place,
        channel: call.channel,
        chosen: call.id === this.app.ui.chosen?.id,
        title: this.app.callerText(call),
      })),
      () => new CallMarker(this.map, (id) => this.app.ui.choose("call", id)),
    );
    this.callsLeftOut = Math.max(0, placed.length - CALLS_MAX);
  }

  #title() {
    const { app } = this;
    const units = app.store.all("units").filter((unit) => unit.position);
    const fresh = units.filter((unit) => app.clock.ageS(unit.position.at) <= FRESH_S).length;
    const stale = units.filter((unit) => isStale(unit, app.limits, app.clock)).length;
    const following = this.tools.render();
    const frozen = app.socket.link.state === "cut" && app.socket.link.since;
    const words = frozen
      ? fill(gettext("frozen at %(time)s"), { time: app.time(app.socket.link.since) })
      : (following ?? fill(gettext("positions ≤ 10 s: %(fresh)s · stale: %(stale)s"), { fresh, stale }));
    setText(this.part("count"), this.callsLeftOut ? `${words} · +${this.callsLeftOut}` : words);
  }

  #labels() {
    cancelAnimationFrame(this.labelFrame);
    const marks = () => this.layerControl.shownOf(this.layers);
    this.labelFrame = requestAnimationFrame(() => declutter(marks(), this.map));
  }
}
