/** What lies over the city's map, each layer drawn anew only when what it shows has changed. */
/* global L */
import { addHatches, closureShapes, premiseShape } from "#maps/hazards";
import { icon } from "#realtime/icons";
import { premiseKindName, premiseSeverityName, fill, gettext } from "#realtime/words";
import { h } from "#console/dom";
import { closureLines, hospitalLines, hospitalText } from "#console/map_words";

const BELOW = "layers-below"; // wide areas, under everything that is about one place
const BELOW_Z = 350;
// Shape and colour: an octagon, a triangle, a circle, as the alarms have them.
const SEVERITY_SYMBOLS = { danger: "a-critical", caution: "a-warning", info: "a-notice" };

export class Overlays {
  #groups = new Map();
  #drawn = new Map();

  /** @param {L.Map} map @param {{time: (instant: any) => string, age: (iso: string) => string}} words */
  constructor(map, words) {
    this.map = map;
    this.words = words;
    map.createPane(BELOW).style.zIndex = BELOW_Z;
    this.below = L.svg({ pane: BELOW });
    addHatches(map.getContainer());
  }

  /** @param {string} key @param {any} shown JSON; null: the layer is off */
  draw(key, shown) {
    const signature = JSON.stringify(shown);
    if (this.#drawn.get(key) === signature) return;
    this.#drawn.set(key, signature);
    this.#groups.get(key)?.remove();
    this.#groups.delete(key);
    if (shown === null) return;
    const group = L.layerGroup();
    this[key](group, shown);
    this.#groups.set(key, group.addTo(this.map));
  }

  closures(group, closures) {
    for (const closure of closures)
      for (const shape of closureShapes(closure))
        this.#tell(shape, () => closureLines(closure, this.words.time)).addTo(group);
  }

  premises(group, found) {
    for (const feature of found.features) {
      const note = feature.properties;
      const area = premiseShape(feature);
      const lines = () => [
        `${premiseSeverityName(note.severity)} · ${premiseKindName(note.kind)}`,
        note.text,
        note.valid_to
          ? `${fill(gettext("until %(at)s"), { at: this.words.time(note.valid_to) })} · ${note.owner}`
          : note.owner,
      ];
      this.#tell(area, lines).addTo(group);
      const sign = h(
        "div",
        `mk premise-sign ${note.severity}`,
        icon(SEVERITY_SYMBOLS[note.severity] ?? "a-notice"),
      );
      this.#tell(marker(area.getBounds().getCenter(), sign), lines).addTo(group);
    }
  }

  hospitals(group, hospitals) {
    for (const hospital of hospitals) {
      const chip = h("span", "chip", h("b", null, "✚"), h("span", null, hospitalText(hospital)));
      const sign = h("div", `mk hospital ${hospital.state ?? "unknown"}`, chip);
      const lines = () => hospitalLines(hospital, this.words);
      this.#tell(marker([hospital.lat, hospital.lng], sign), lines).addTo(group);
    }
  }

  radii(group, circles) {
    for (const { lat, lng, radius_m } of circles)
      L.circle([lat, lng], { radius: radius_m, className: "radius weak", interactive: false }).addTo(group);
  }

  areas(group, found) {
    for (const feature of found.features) {
      const { name, rank, station, is_approximate: rough } = feature.properties;
      // One word on the map: the station that comes first; a border that was only sketched says so.
      const words = [`${rough ? "≈ " : ""}${station ?? name}`];
      const shape = L.geoJSON(feature, {
        renderer: this.below,
        pane: BELOW,
        style: { className: `response-area ${rank === 1 ? "first" : "later"}` },
        interactive: false,
      });
      if (rank === 1)
        shape.bindTooltip(() => lines(words), {
          permanent: true,
          direction: "center",
          className: "area-name",
          pane: BELOW,
        });
      shape.addTo(group);
    }
  }

  coverage(group, found) {
    L.geoJSON(found, {
      renderer: this.below,
      pane: BELOW,
      style: { className: "coverage" },
      interactive: false,
    }).addTo(group);
  }

  #tell(layer, words) {
    return layer.bindTooltip(() => lines(words()), { sticky: true, opacity: 1, className: "map-tip" });
  }
}

function marker(at, html) {
  const shape = L.divIcon({ className: "mk-anchor", html, iconSize: [0, 0] });
  return L.marker(at, { icon: shape, keyboard: false, bubblingMouseEvents: true });
}

/** An element: Leaflet would take a string for HTML. */
function lines(words) {
  return h("div", null, ...words.filter(Boolean).map((line) => h("div", null, line)));
}
