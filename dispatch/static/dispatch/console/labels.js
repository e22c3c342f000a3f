/** Which labels of the map are shown: the weightier first, none over another or over a shape. Shapes on one spot move aside. */

const LINE_PX = 20;
const CHAR_PX = 7;
const SHAPE_PX = 24;

/** Do two boxes [left, top, right, bottom] overlap? */
export function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

const CELL_X_PX = 25;
const CELL_Y_PX = 21;
// Right first, as one reads: units of one station stand in a row.
const ROUND = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
  [2, 0],
  [-2, 0],
];

/**
 * Shapes that stand on one spot, as units at their station do, side by side: three units must not look like one.
 * @param {{x: number, y: number}[]} points in the order in which they keep their own place
 * @returns {{x: number, y: number}[]} by how much each is moved aside
 */
export function sideBySide(points) {
  const taken = [];
  return points.map(({ x, y }) => {
    const free = ([column, row]) =>
      !taken.some(
        (other) =>
          Math.abs(other.x - x - column * CELL_X_PX) < CELL_X_PX - 1 &&
          Math.abs(other.y - y - row * CELL_Y_PX) < CELL_Y_PX - 1,
      );
    const [column, row] = [[0, 0], ...ROUND].find(free) ?? [0, 0];
    const aside = { x: column * CELL_X_PX, y: row * CELL_Y_PX };
    taken.push({ x: x + aside.x, y: y + aside.y });
    return aside;
  });
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

/** @param {import("./markers.js").Marker[]} markers in a lasting order */
export function declutter(markers, map) {
  const resting = markers.filter((marker) => marker.rests);
  const asides = sideBySide(resting.map((marker) => marker.point(map)));
  for (const [at, marker] of resting.entries()) marker.moveAside(asides[at]);
  const shapes = [];
  const labels = [];
  for (const marker of markers) {
    const { x, y } = marker.shownAt(map);
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
