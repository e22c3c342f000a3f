import assert from "node:assert/strict";
import test from "node:test";
import { areaM2, closureAt, geometryOf, lengthM } from "#console/map_geometry";

const A = { lat: 0.92, lng: 104.44 };
const B = { lat: 0.92, lng: 104.45 };
const C = { lat: 0.93, lng: 104.45 };
const D = { lat: 0.93, lng: 104.44 };

test("a line is as long as its pieces, one point has no length", () => {
  assert.equal(lengthM([A]), 0);
  assert.ok(Math.abs(lengthM([A, B, C]) - 2 * 1112) < 5);
});

test("a square of 1.1 km has 1.24 square kilometres, whichever way round it is drawn", () => {
  for (const ring of [
    [A, B, C, D],
    [D, C, B, A],
  ])
    assert.ok(Math.abs(areaM2(ring) / 1e6 - 1.236) < 0.01);
  assert.equal(areaM2([A, B]), 0);
});

test("what is drawn goes out as GeoJSON, an area closed; too few points are nothing", () => {
  assert.deepEqual(geometryOf("line", [A, B]), {
    type: "LineString",
    coordinates: [
      [104.44, 0.92],
      [104.45, 0.92],
    ],
  });
  const [ring] = geometryOf("area", [A, B, C]).coordinates;
  assert.deepEqual(ring[0], ring.at(-1));
  assert.equal(ring.length, 4);
  assert.equal(geometryOf("line", [A]), null);
  assert.equal(geometryOf("area", [A, B]), null);
});

test("the closure at a place is the one around it, or the line beside it", () => {
  const area = { id: "area", geometry: geometryOf("area", [A, B, C, D]) };
  const line = {
    id: "line",
    geometry: geometryOf("line", [
      { lat: 0.95, lng: 104.44 },
      { lat: 0.95, lng: 104.45 },
    ]),
  };
  const near = (lat, lng) => closureAt([area, line], { lat, lng })?.id ?? null;
  assert.equal(near(0.925, 104.445), "area");
  assert.equal(near(0.9502, 104.445), "line");
  assert.equal(near(0.9506, 104.445), null);
  assert.equal(near(0.95, 104.4506), null);
  assert.equal(near(0.94, 104.445), null);
});
