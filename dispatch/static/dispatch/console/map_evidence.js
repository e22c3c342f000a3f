/** Where the callers of the chosen one may be: circles, solid what is in use, dashed what is weaker; and their ways. */
/* global L */
import { trailsOf } from "#console/sharing";

const RADII_MAX = 9;

export class EvidenceOnMap {
  constructor(map) {
    this.radii = L.layerGroup().addTo(map);
    this.trails = L.layerGroup().addTo(map);
  }

  /** @param {any} panel the middle column; undefined in a window that has none */
  render(panel) {
    const subject = panel?.subject();
    this.#circles(subject ? (panel.part("evidence")?.pieces ?? []).slice(0, RADII_MAX) : []);
    this.#ways(trailsOf(subject?.calls ?? []));
  }

  #circles(shown) {
    const signature = JSON.stringify(shown.map((one) => [one.key, one.lat, one.lng, one.radius_m, one.used]));
    if (signature === this.radiiDrawn) return;
    this.radiiDrawn = signature;
    this.radii.clearLayers();
    for (const piece of shown) {
      const className = piece.used ? "radius" : "radius weak";
      const circle = piece.radius_m
        ? L.circle([piece.lat, piece.lng], { radius: piece.radius_m, className, interactive: false })
        : L.circleMarker([piece.lat, piece.lng], { radius: 7, className, interactive: false });
      circle.addTo(this.radii);
    }
  }

  /** The ways of the telephones that share their position. */
  #ways(ways) {
    const signature = JSON.stringify(ways);
    if (signature === this.trailsDrawn) return;
    this.trailsDrawn = signature;
    this.trails.clearLayers();
    for (const way of ways) L.polyline(way, { className: "trail", interactive: false }).addTo(this.trails);
  }
}
