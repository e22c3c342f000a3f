/** Hatches for closed roads, one for each kind: they differ without colour as well. */

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 12;
// Diagonals both ways, waves, and sparse diagonals.
const PATTERNS = {
  closed: "M0 12 12 0M-1 1 1-1M11 13l2-2M0 0l12 12M-1 11l2 2M11-1l2 2",
  flooded: "M0 4q3-4 6 0t6 0M0 10q3-4 6 0t6 0",
  slow: "M0 12 12 0M-1 1 1-1M11 13l2-2",
};

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
