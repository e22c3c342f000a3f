/** Closed roads and dangerous places on the crew's map. The notes last read are kept, so that they are there without network. */
/* global L */
import { addHatches, closureShapes, premiseShape } from "#maps/hazards";
import { getJson } from "#realtime/page";
import { closureName, premiseSeverityName } from "#realtime/words";
import { make } from "#tablet/dom";

const KEY = "premises";
const AROUND_DEG = 0.02; // about two kilometres: what lies on the last part of the way
const WORDS_ZOOM = 14.5;
const READ_EVERY_MS = 60_000;

/** The part of the map whose notes a crew needs. */
export function boxAround({ lat, lng }) {
  const round = (value) => value.toFixed(2);
  return [lng - AROUND_DEG, lat - AROUND_DEG, lng + AROUND_DEG, lat + AROUND_DEG].map(round).join(",");
}

/** @returns {object[]} the notes kept for this part of the map */
export function keptNotes(store, box) {
  try {
    const kept = JSON.parse(store.getItem(KEY) ?? "null");
    return kept?.box === box && Array.isArray(kept.features) ? kept.features : [];
  } catch {
    return [];
  }
}

export class Hazards {
  #group;
  #drawn = "";
  #box = null;
  #notes = [];
  #askedMs = 0;

  constructor(map, clock, tell) {
    this.#group = L.layerGroup().addTo(map);
    this.clock = clock;
    this.tell = tell;
    // The incident and the units lie over the words; from afar there is room for the hatches alone.
    map.getPane("tooltipPane").style.zIndex = 590;
    const far = () => map.getContainer().classList.toggle("far", map.getZoom() < WORDS_ZOOM);
    map.on("zoomend", far);
    far();
    addHatches(map.getContainer());
  }

  /** @param {object[]} closures of the board @param {{lat: number, lng: number}|null} place of the incident */
  draw(closures, place) {
    if (place) this.#read(boxAround(place));
    const notes = place ? this.#notes : [];
    const signature = JSON.stringify([closures, notes]);
    if (signature === this.#drawn) return;
    this.#drawn = signature;
    this.#group.clearLayers();
    for (const feature of notes) {
      const { severity, text } = feature.properties;
      this.#add([premiseShape(feature)], severity, `${premiseSeverityName(severity)}: ${text}`);
    }
    for (const closure of closures) {
      const kind = closureName(closure.kind);
      this.#add(closureShapes(closure), closure.kind, closure.reason ? `${kind}: ${closure.reason}` : kind);
    }
  }

  /** A crew with gloves touches nothing to read it: the words stay on the map. */
  #add(shapes, className, words) {
    for (const shape of shapes) shape.addTo(this.#group);
    shapes.at(-1).bindTooltip(() => make("span", { text: words }), {
      permanent: true,
      direction: "top",
      opacity: 1,
      className: `hazard ${className}`,
    });
  }

  async #read(box) {
    const nowMs = this.clock.now();
    if (box === this.#box && nowMs - this.#askedMs < READ_EVERY_MS) return;
    if (box !== this.#box) this.#notes = keptNotes(localStorage, box);
    this.#box = box;
    this.#askedMs = nowMs;
    const found = await getJson(`/api/v1/premises?bbox=${box}`).catch(() => null);
    if (!found || box !== this.#box) return; // without network the last ones stay
    this.#notes = found.features;
    try {
      localStorage.setItem(KEY, JSON.stringify({ box, features: found.features }));
    } catch {
      // A full or forbidden store: they are on the screen all the same.
    }
    this.tell();
  }
}
