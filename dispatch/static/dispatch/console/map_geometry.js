/** What is drawn on the map: its length, its area, its form on the wire. Pure. */
import { distanceM } from "#realtime/time";

const METRES_PER_DEGREE = 111_195;

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

export const round = (degrees) => Math.round(degrees * 1e6) / 1e6;
