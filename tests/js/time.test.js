import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Clock,
  clockText,
  distanceM,
  distanceText,
  durationText,
  minutesRangeText,
  phoneText,
  radiusText,
  secondsBetween,
} from "#realtime/time";
import { shortNumber } from "#realtime/words";

test("durations are mm:ss, from one hour h:mm:ss, unknown is a dash", () => {
  assert.equal(durationText(0), "00:00");
  assert.equal(durationText(59.9), "00:59");
  assert.equal(durationText(3599), "59:59");
  assert.equal(durationText(3600), "1:00:00");
  assert.equal(durationText(36_061), "10:01:01");
  assert.equal(durationText(-5), "00:00");
  assert.equal(durationText(null), "–");
  assert.equal(durationText(Number.NaN), "–");
});

test("an arrival is a range of whole minutes, never from nothing and never backwards", () => {
  assert.equal(minutesRangeText(348, 530), "6–9");
  assert.equal(minutesRangeText(10, 20), "1");
  assert.equal(minutesRangeText(348, null), "6");
  assert.equal(minutesRangeText(500, 400), "8");
  assert.equal(minutesRangeText(null, null), null);
});

test("the clock shows the city's zone whatever this computer's is", () => {
  assert.equal(clockText("2026-11-24T14:17:42.000Z", "Asia/Jakarta"), "21:17:42");
  assert.equal(clockText("2026-11-24T17:00:00.000Z", "Asia/Jakarta", { seconds: false }), "00:00");
  assert.equal(clockText(null, "Asia/Jakarta"), "–");
});

test("a beat corrects a clock that goes wrong", () => {
  const clock = new Clock(() => Date.parse("2026-01-01T00:00:00Z"));
  clock.learn("2026-01-01T00:01:00.000Z");
  assert.equal(clock.ageS("2026-01-01T00:00:30.000Z"), 30);
  assert.equal(clock.ageS("2026-01-01T00:05:00.000Z"), 0);
  assert.equal(clock.ageS(null), null);
  clock.learn("nonsense");
  assert.equal(clock.skewMs, 60_000);
});

test("distances have the language's decimal sign, an unknown radius says so", () => {
  assert.equal(distanceText(184, "id"), "184 m");
  assert.equal(distanceText(1140, "id"), "1,1 km");
  assert.equal(distanceText(1140, "en"), "1.1 km");
  assert.equal(distanceText(25_300, "id"), "25 km");
  assert.equal(radiusText(null, "id"), "± ?");
});

test("distance on the sphere", () => {
  const metres = distanceM({ lat: 0.9186, lng: 104.4665 }, { lat: 0.9286, lng: 104.4665 });
  assert.ok(Math.abs(metres - 1112) < 1, String(metres));
  assert.equal(distanceM(null, { lat: 0, lng: 0 }), null);
});

test("telephone numbers and incident numbers as people say them", () => {
  assert.equal(phoneText("+6281270110042"), "0812 7011 0042");
  assert.equal(phoneText("+15005550006"), "+15005550006");
  assert.equal(phoneText(null), null);
  assert.equal(shortNumber("2026-000412"), "#0412");
  assert.equal(shortNumber("2026-123456"), "#123456");
});

test("an interval with an unknown end is unknown", () => {
  assert.equal(secondsBetween("2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z"), 9);
  assert.equal(secondsBetween(null, "2026-01-01T00:00:09Z"), null);
});
