/** Which labels of the map are shown: the weightier first, none over another or over a shape. */

const LINE_PX = 20;
const CHAR_PX = 7;
const SHAPE_PX = 24;

/** Do two boxes [left, top, right, bottom] overlap? */
export function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/**
 * Boxes kept, in the order of their weight: each one that covers none of those before it.
 * @param {{box: number[], weight: number}[]} labels
 * @param {number[][]} shapes boxes that must stay visible
 * @returns {Set<object>} labels to show
 */
export function chooseLabels(labels, shapes) {
  const shown = new Set();
  const taken = [];
  for (const label of [...labels].sort((a, b) => b.weight - a.weight)) {
    const blocked =
      taken.some((box) => overlap(box, label.box)) ||
      shapes.some((shape) => shape !== label.own && overlap(shape, label.box));
    if (blocked) continue;
    shown.add(label);
    taken.push(label.box);
  }
  return shown;
}

/** @param {{point: (map: object) => {x: number, y: number}, labelText: string, weight: number, showLabel: (on: boolean) => void}[]} markers */
export function declutter(markers, map) {
  const shapes = [];
  const labels = [];
  for (const marker of markers) {
    const { x, y } = marker.point(map);
    const own = [x - SHAPE_PX / 2, y - LINE_PX / 2, x + SHAPE_PX / 2, y + LINE_PX / 2];
    shapes.push(own);
    if (!marker.labelText) continue;
    const half = (SHAPE_PX + marker.labelText.length * CHAR_PX) / 2;
    labels.push({
      marker,
      own,
      box: [x - half, y - LINE_PX / 2, x + half, y + LINE_PX / 2],
      weight: marker.weight,
    });
  }
  const shown = chooseLabels(labels, shapes);
  for (const label of labels) label.marker.showLabel(shown.has(label));
}
