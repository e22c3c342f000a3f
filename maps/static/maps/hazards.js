/** Closed roads and dangerous places as Leaflet draws them: each kind has a hatch or a line of its own, without colour as well. */

/* global L */

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 12;
// Diagonals both ways, waves, and sparse diagonals.
const PATTERNS = {
  closed: "M0 12 12 0M-1 1 1-1M11 13l2-2M0 0l12 12M-1 11l2 2M11-1l2 2",
  flooded: "M0 4q3-4 6 0t6 0M0 10q3-4 6 0t6 0",
  slow: "M0 12 12 0M-1 1 1-1M11 13l2-2",
};
const across = ([lng, lat]) => [lat, lng];

/** The pattern a closure is hatched with; a kind that this screen does not know yet is drawn as closed. */
export const hatchOf = (kind) => `url(#hatch-${kind in PATTERNS ? kind : "closed"})`;

/** @param {{kind: string, geometry: object}} closure @returns {L.Path[]} the last one lies on top and carries what is said */
export function closureShapes({ kind, geometry }) {
  const className = `closure ${kind in PATTERNS ? kind : "closed"}`;
  if (geometry.type === "Polygon")
    return [
      L.polygon(
        geometry.coordinates.map((ring) => ring.map(across)),
        { className, fillColor: hatchOf(kind), fillOpacity: 1 },
      ),
    ];
  const line = geometry.coordinates.map(across);
  return [
    L.polyline(line, { className: `${className} bed` }),
    L.polyline(line, { className: `${className} tape` }),
  ];
}

/** @param {{geometry: object, properties: {severity: string}}} feature one note of /api/v1/premises */
export function premiseShape({ geometry, properties }) {
  const rings = geometry.coordinates.map((ring) => ring.map(across));
  return L.polygon(rings, { className: `premise-area ${properties.severity}` });
}

/** Patterns belong to the page: one hidden drawing holds them for all maps on it. */
export function addHatches(beside) {
  const page = beside.ownerDocument;
  if (page.getElementById("map-hatches")) return;
  const make = (name, values) => {
    const element = page.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
    return element;
  };
  const drawing = make("svg", { id: "map-hatches", width: 0, height: 0, "aria-hidden": "true" });
  for (const [kind, lines] of Object.entries(PATTERNS)) {
    const pattern = make("pattern", {
      id: `hatch-${kind}`,
      width: SIDE,
      height: SIDE,
      patternUnits: "userSpaceOnUse",
    });
    pattern.append(make("path", { d: lines, class: `hatch ${kind}` }));
    drawing.append(pattern);
  }
  page.body.append(drawing);
}
