import assert from "node:assert/strict";
import { test } from "node:test";
import { columns, sharedLimit } from "#supervisor/chart";
import { liveFigures } from "#supervisor/live";

const point = (day, n, value) => ({
  day,
  n,
  p10_s: value,
  p25_s: value,
  p50_s: value,
  p75_s: value,
  p90_s: value,
});

test("a day without incidents is a gap in the chart, not a bridge over it", () => {
  const { data, counts } = columns([point("2026-11-01", 12, 300), point("2026-11-03", 11, 400)], 1, 900);
  assert.equal(data[0].length, 3);
  assert.deepEqual(data[3], [300, null, 400]);
  assert.deepEqual(counts, [12, 0, 11]);
  assert.deepEqual(data[6], [900, 900, 900]);
});

test("weeks stand seven days apart, and an empty series has no columns", () => {
  const { data } = columns([point("2026-11-02", 12, 300), point("2026-11-16", 12, 300)], 7, null);
  assert.equal(data[0].length, 3);
  assert.deepEqual(columns([], 1, null).data[0], []);
});

test("a target is drawn only when every agency shown has the same", () => {
  const row = (limit_s) => ({ name: "total", standard: { limit_s } });
  assert.equal(
    sharedLimit([row(900), row(900), { name: "answer", standard: { limit_s: 15 } }], "total"),
    900,
  );
  assert.equal(sharedLimit([row(900), row(600)], "total"), null);
  assert.equal(sharedLimit([{ name: "total", standard: null }], "total"), null);
  assert.equal(sharedLimit([], "total"), null);
});

test("the tiles count waiting calls, open incidents and free units of the board", () => {
  const rows = {
    calls: [
      { status: "queued", received_at: "2026-11-24T05:00:02Z" },
      { status: "ringing", received_at: "2026-11-24T05:00:01Z" },
      { status: "answered", received_at: "2026-11-24T04:00:00Z" },
    ],
    incidents: [{}],
    units: [{ status: "available" }, { status: "en_route" }],
  };
  assert.deepEqual(liveFigures({ all: (kind) => rows[kind] }), {
    waiting: 2,
    oldestAt: "2026-11-24T05:00:01Z",
    incidents: 1,
    units: 2,
    available: 1,
  });
});
