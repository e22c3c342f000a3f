/** The layers of the map: remembered, and read when they are due. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LayerChoice, Reading, addressOf, coverageVersion } from "#console/map_layers";
import { hospitalText, minutesOld } from "#console/map_words";
import { hatchOf } from "#maps/hazards";

function shelf(begin = {}) {
  const kept = new Map(Object.entries(begin));
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test("a choice is there again after the page was left", () => {
  const store = shelf();
  const first = new LayerChoice(store);
  assert.equal(first.isOn("units"), true);
  assert.equal(first.isOn("coverage"), false);
  first.set("coverage", true);
  first.set("hydrants", false);
  first.pick({ agency: "PMI", minutes: 15 });
  const again = new LayerChoice(store);
  assert.equal(again.isOn("coverage"), true);
  assert.deepEqual([...again.hiddenKinds()], ["hydrant", "aed"]);
  assert.equal(again.minutes, 15);
  assert.equal(again.agencyOf([{ code: "DAMKAR" }, { code: "PMI" }]), "PMI");
  assert.equal(again.agencyOf([{ code: "DAMKAR" }]), "DAMKAR");
});

test("what another hand wrote into the store changes nothing", () => {
  for (const text of ["{", "null", "7", '{"on":{"units":"no","odd":true},"minutes":99,"agency":3}']) {
    const choice = new LayerChoice(shelf({ "map.layers": text }));
    assert.equal(choice.isOn("units"), true);
    assert.equal(choice.isOn("odd"), false);
    assert.equal(choice.minutes, 8);
  }
  const full = new LayerChoice({
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
  });
  full.set("areas", true);
  assert.equal(full.isOn("areas"), true);
});

test("a map that is pushed a little asks for the same box", () => {
  const box = { west: 104.443, south: 0.901, east: 104.481, north: 0.934 };
  const address = addressOf("premises", { box });
  assert.equal(address, "/api/v1/premises?bbox=104.44,0.90,104.50,0.94");
  assert.equal(addressOf("premises", { box: { ...box, west: 104.445, north: 0.936 } }), address);
  assert.equal(addressOf("areas", { agency: "" }), null);
});

function readingWith(answers, everyMs = 60_000) {
  const asked = [];
  const read = (address) => {
    asked.push(address);
    const next = answers.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const reading = new Reading({ everyMs, read, tell: () => {} });
  return { reading, asked, settled: () => new Promise((resolve) => setImmediate(resolve)) };
}

test("a layer is read again when it is old, sooner when the board has changed, and at once for another address", async () => {
  const { reading, asked, settled } = readingWith([1, 2, 3, 4]);
  reading.want("/a", "v1", 0);
  await settled();
  reading.want("/a", "v1", 30_000);
  reading.want("/a", "v2", 5_000);
  assert.equal(asked.length, 1);
  reading.want("/a", "v2", 10_000);
  await settled();
  assert.equal(reading.data, 2);
  reading.want("/a", "v2", 70_000);
  await settled();
  assert.equal(reading.data, 3);
  reading.want("/b", "v2", 70_001);
  await settled();
  assert.deepEqual([reading.data, reading.state], [4, "good"]);
  reading.want(null, "v2", 70_002);
  assert.deepEqual([reading.data, reading.state], [null, "off"]);
});

test("a layer that could not be read says so, keeps what it had and tries again", async () => {
  const { reading, asked, settled } = readingWith(["old", new Error("cut"), "new"]);
  reading.want("/a", "", 0);
  await settled();
  reading.want("/a", "", 60_000);
  await settled();
  assert.deepEqual([reading.data, reading.state], ["old", "failed"]);
  reading.want("/a", "", 64_999);
  assert.equal(asked.length, 2);
  reading.want("/a", "", 65_000);
  await settled();
  assert.deepEqual([reading.data, reading.state], ["new", "good"]);
});

test("an answer that comes after another address was wanted is dropped", async () => {
  let late;
  const answers = { "/a": new Promise((resolve) => (late = resolve)), "/b": Promise.resolve("b") };
  const reading = new Reading({ everyMs: 1, read: (address) => answers[address], tell: () => {} });
  reading.want("/a", "", 0);
  reading.want("/b", "", 1);
  late("a");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(reading.data, "b");
});

test("coverage follows who is free and which roads are closed, not where somebody drives", () => {
  const store = (units, closures) => ({ all: (kind) => (kind === "units" ? units : closures) });
  const before = coverageVersion(store([{ id: "u", status: "available", position: { lat: 1 } }], []));
  assert.equal(coverageVersion(store([{ id: "u", status: "available", position: { lat: 2 } }], [])), before);
  assert.notEqual(coverageVersion(store([{ id: "u", status: "assigned" }], [])), before);
  assert.notEqual(coverageVersion(store([{ id: "u", status: "available" }], [{ id: "c" }])), before);
});

test("an age on the map is whole minutes, then hours", () => {
  assert.equal(minutesOld(8 * 60 + 59), "8 min");
  assert.equal(minutesOld(3 * 3600 + 1), "3 h");
  assert.equal(minutesOld(null), "–");
});

test("a hospital says its state and its beds, and that nothing is known", () => {
  assert.equal(hospitalText({ state: null, beds_free: null }), "?");
  assert.equal(hospitalText({ state: "open", beds_free: 3 }), "open · 3");
  assert.equal(hospitalText({ state: "full", beds_free: 0 }), "full");
  assert.equal(hatchOf("flooded"), "url(#hatch-flooded)");
  assert.equal(hatchOf("something new"), "url(#hatch-closed)");
});
