/** What is drawn on the map: its length, its area, its form on the wire. Pure. */
import { distanceM } from "#realtime/time";

const METRES_PER_DEGREE = 111_195;
const NEAR_M = 40;

/** @typedef {{lat: number, lng: number}} Point */

/** @param {Point[]} points @returns {number} metres along them */
export function lengthM(points) {
  return points.slice(1).reduce((sum, point, at) => sum + distanceM(points[at], point), 0);
}

/** @param {Point[]} points @returns {number} square metres inside; good enough for what a person draws in a city */
export function areaM2(points) {
  if (points.length < 3) return 0;
  const shrink = Math.cos((points[0].lat * Math.PI) / 180);
  const flat = points.map(({ lat, lng }) => [lng * METRES_PER_DEGREE * shrink, lat * METRES_PER_DEGREE]);
  const twice = flat.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = flat[(at + 1) % flat.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

/** @param {"line"|"area"} shape @param {Point[]} points @returns {object|null} GeoJSON; null: too few points */
export function geometryOf(shape, points) {
  const coordinates = points.map(({ lat, lng }) => [round(lng), round(lat)]);
  if (shape === "line") return points.length < 2 ? null : { type: "LineString", coordinates };
  return points.length < 3 ? null : { type: "Polygon", coordinates: [[...coordinates, coordinates[0]]] };
}

/** The closure at a place: around it, or a line nearer than NEAR_M. @param {any[]} closures @param {Point} at */
export function closureAt(closures, at) {
  const hit = ({ geometry }) =>
    geometry.type === "Polygon" ? isInside(geometry.coordinates[0], at) : isNear(geometry.coordinates, at);
  return closures.find(hit) ?? null;
}

/** By how often a ray to the east crosses the border. */
function isInside(ring, { lat, lng }) {
  let inside = false;
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
    const [x, y] = ring[at];
    const [lastX, lastY] = ring[before];
    if (y > lat !== lastY > lat && lng < ((lastX - x) * (lat - y)) / (lastY - y) + x) inside = !inside;
  }
  return inside;
}

function isNear(line, at) {
  const shrink = Math.cos((at.lat * Math.PI) / 180);
  const flat = line.map(([lng, lat]) => [
    (lng - at.lng) * METRES_PER_DEGREE * shrink,
    (lat - at.lat) * METRES_PER_DEGREE,
  ]);
  return flat.slice(1).some(([x, y], number) => {
    const [fromX, fromY] = flat[number];
    const [alongX, alongY] = [x - fromX, y - fromY];
    const share = -(fromX * alongX + fromY * alongY) / (alongX ** 2 + alongY ** 2 || 1);
    const on = Math.min(1, Math.max(0, share));
    return Math.hypot(fromX + on * alongX, fromY + on * alongY) < NEAR_M;
  });
}

export const round = (degrees) => Math.round(degrees * 1e6) / 1e6;
