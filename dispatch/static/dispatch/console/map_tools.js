/** What can be done at a place of the map: open, locate, ask, draw, measure, follow. Ties menu, drawing, form and search. */
/* global L */
import { getJson } from "#realtime/page";
import { durationText, distanceM } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { askClosure, askHospital, askNote } from "#console/map_asks";
import { MapDraw } from "#console/map_draw";
import { MapForm } from "#console/map_form";
import { closureAt, geometryOf, round } from "#console/map_geometry";
import { MapMenu } from "#console/map_menu";
import { MapSearch } from "#console/map_search";
import { FREE } from "#console/board";
import { h } from "#console/dom";

const ASKED_MAX = 12; // as the crow flies; over the water the nearest may have no way there
const NEAREST_MAX = 5;
const HOSPITAL_M_MAX = 150;
const UNIT_PX_MAX = 24;
const POPUP_PX_MAX = 300;
const POPUP_EDGE_PX = 60;

export class MapTools {
  /** @param {import("./app.js").App} app @param {import("./map.js").CityMap} panel */
  constructor(app, panel) {
    Object.assign(this, { app, panel, map: panel.map });
    const host = panel.element;
    this.draw = new MapDraw(app, this.map, host);
    this.form = new MapForm(host, () => this.map.getContainer().focus());
    this.menu = new MapMenu(this.map, host, (at) => this.#items(at));
    this.search = new MapSearch(this.map, host, (place) => this.#found(place));
    this.way = L.layerGroup().addTo(this.map);
    this.map.getContainer().addEventListener("keydown", (event) => this.#key(event));
    this.map.on("dragstart", () => this.follow(null));
  }

  /** @returns {boolean} whether a click on the map was for a tool */
  click(latlng) {
    return this.draw.click(latlng);
  }

  #key(event) {
    if (this.draw.key(event)) return;
    if (event.key.startsWith("Arrow")) this.follow(null);
    if (event.key !== "Escape" || !(this.followed || this.way.getLayers().length)) return;
    event.preventDefault();
    event.stopPropagation();
    this.follow(null);
    this.way.clearLayers();
  }

  #items({ lat, lng }) {
    const at = { lat: round(lat), lng: round(lng) };
    const { app } = this;
    const inHand = app.chosenCall() ?? app.chosenIncident();
    const unit = this.#unitAt(at);
    const [hospital] = app.store
      .all("hospitals")
      .filter((one) => distanceM(one, at) < HOSPITAL_M_MAX)
      .sort((a, b) => distanceM(a, at) - distanceM(b, at));
    const closure = closureAt(app.store.all("closures"), at);
    return [
      [gettext("Open an incident here"), () => this.#open(at)],
      inHand && app.panel("case") && [gettext("The place of what is chosen is here"), () => this.#locate(at)],
      [gettext("Nearest units"), () => this.#nearest(at)],
      [gettext("What is here?"), () => this.#ask(at)],
      unit && [fill(gettext("Follow %(unit)s"), { unit: unit.callsign }), () => this.follow(unit.id)],
      unit?.assignment_id && [gettext("Show its way"), () => this.#way(unit.assignment_id)],
      hospital && [
        fill(gettext("How full is %(name)s?"), { name: hospital.name }),
        () => askHospital(this.app, this.form, hospital),
      ],
      [gettext("Note on this place"), () => askNote(this.app, this.form, at)],
      closure && [
        fill(gettext("Open again: %(reason)s"), { reason: closure.reason }),
        () => this.#lift(closure),
      ],
      [gettext("Close a road from here"), () => this.#close("line", at)],
      [gettext("Close an area from here"), () => this.#close("area", at)],
      [gettext("Measure from here"), () => this.draw.start("measure", at)],
      [gettext("Copy the coordinates"), () => this.#copy(at)],
    ].filter(Boolean);
  }

  #unitAt(at) {
    const point = this.map.latLngToContainerPoint([at.lat, at.lng]);
    const away = ({ position }) =>
      this.map.latLngToContainerPoint([position.lat, position.lng]).distanceTo(point);
    return this.app.store
      .all("units")
      .filter((unit) => unit.position && away(unit) < UNIT_PX_MAX)
      .sort((a, b) => away(a) - away(b))[0];
  }

  async #open({ lat, lng }) {
    const location = { lat, lng, source: "operator" };
    const reply = await this.app.act("incident.open", { location });
    if (reply.ok) this.app.ui.choose("incident", reply.result.incident_id);
  }

  #locate({ lat, lng }) {
    this.app
      .panel("case")
      .locate({ key: "proposed", lat, lng, radius_m: null, source: "operator", label: null });
  }

  /** The free units that are nearest as the crow flies, in the order of their real travel times. */
  async #nearest(at) {
    const free = this.app.store
      .all("units")
      .filter((unit) => unit.position && !unit.assignment_id && FREE.has(unit.status))
      .sort((a, b) => distanceM(a.position, at) - distanceM(b.position, at))
      .slice(0, ASKED_MAX);
    const ways = await Promise.all(
      free.map(async (unit) => {
        const query = new URLSearchParams({ to: `${at.lat},${at.lng}`, unit: unit.id });
        const way = await getJson(`/api/v1/route?${query}`).catch(() => null);
        return { unit, way };
      }),
    );
    ways.sort((a, b) => (a.way?.eta_s ?? Infinity) - (b.way?.eta_s ?? Infinity));
    const rows = ways
      .slice(0, NEAREST_MAX)
      .map(({ unit, way }) =>
        h(
          "li",
          null,
          h("b", null, unit.callsign),
          h("span", "num", way ? durationText(way.eta_s) : gettext("no way there")),
          h("span", "dim num", way ? this.app.distance(way.distance_m) : ""),
        ),
      );
    this.#popup(
      at,
      gettext("Nearest free units"),
      rows.length ? h("ol", null, ...rows) : gettext("No free unit."),
    );
  }

  async #ask(at) {
    const found = await getJson(`/api/v1/places/reverse?at=${at.lat},${at.lng}`).catch(() => null);
    this.#popup(at, found?.text ?? gettext("Nothing is known of this place."), `${at.lat}, ${at.lng}`);
  }

  #popup({ lat, lng }, title, content) {
    const body = h(
      "div",
      "map-told",
      h("b", null, title),
      typeof content === "string" ? h("p", null, content) : content,
    );
    L.popup({ maxWidth: Math.min(POPUP_PX_MAX, this.map.getSize().x - POPUP_EDGE_PX) })
      .setLatLng([lat, lng])
      .setContent(body)
      .openOn(this.map);
  }

  async #way(assignmentId) {
    const found = await getJson(`/api/v1/assignments/${assignmentId}/route`).catch(() => null);
    this.way.clearLayers();
    if (!found?.points.length) return this.app.say(gettext("No way is known."), "refused");
    const line = L.polyline(found.points, { className: "way", interactive: false }).addTo(this.way);
    return this.map.fitBounds(line.getBounds().pad(0.1));
  }

  /** The map stays with the unit until it is dragged, or Escape. */
  follow(unitId) {
    this.followed = unitId;
    this.seenAt = null;
    this.app.redraw();
  }

  render() {
    const unit = this.followed ? this.app.store.get("units", this.followed) : null;
    if (this.followed && !unit) this.followed = null;
    if (!unit?.position) return null;
    const { lat, lng } = unit.position;
    if (this.seenAt !== `${lat},${lng}`) this.map.panTo([lat, lng]);
    this.seenAt = `${lat},${lng}`;
    return fill(gettext("following %(unit)s · Esc ends"), { unit: unit.callsign });
  }

  #close(shape, at) {
    this.draw.start(shape, at, (points) => askClosure(this.app, this.form, geometryOf(shape, points)));
  }

  #lift(closure) {
    this.app.act("closure.lift", { closure_id: closure.id });
  }

  async #copy({ lat, lng }) {
    await navigator.clipboard?.writeText(`${lat}, ${lng}`).catch(() => null);
    this.app.say(`${lat}, ${lng}`);
  }

  #found(place) {
    this.panel.showPlace(place);
    this.#popup(place, place.name, place.context || place.district || "");
    if (this.app.ui.chosen) {
      const { lat, lng, name } = place;
      this.app.ui.propose({ lat, lng, label: name });
      this.app.say(gettext("Point proposed: Alt L 1 uses it."));
    }
  }
}
