/** The order of the queue: explainable, nobody starves, and a flood costs a genuine caller next to nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOWERED_S, nextToAnswer, queueOf, toCallBack } from "#console/queue";
import { Store } from "#realtime/store";
import { Clock } from "#realtime/time";

const START = Date.parse("2026-01-01T00:00:00.000Z");
const iso = (s) => new Date(START + 1000 * s).toISOString();
const clockAt = (s) => new Clock(() => START + 1000 * s);
const boardOf = (calls) => {
  const store = new Store({ schedule: () => {} });
  store.replace({ calls }, 1);
  return store;
};
const call = (id, s, more = {}) => ({
  id,
  channel: "voice",
  status: "queued",
  caller: `+62${id}`,
  received_at: iso(s),
  ...more,
});
const ids = (entries) => entries.map((entry) => entry.call.id);

test("a restricted number comes after everybody else, without a key after those with one", () => {
  const store = boardOf([
    call("silent", 0, { restricted: true }),
    call("pressed", 1, { restricted: true, key_pressed: true }),
    call("young", 30),
    call("old", 10),
  ]);
  assert.deepEqual(ids(queueOf(store, clockAt(60))), ["old", "young", "pressed", "silent"]);
});

test("a number that calls again and again has the place of everybody else as soon as it presses a key", () => {
  const store = boardOf([
    call("machine", 0, { burst: true }),
    call("afraid", 1, { burst: true, key_pressed: true }),
    call("other", 2),
  ]);
  assert.deepEqual(ids(queueOf(store, clockAt(60))), ["afraid", "other", "machine"]);
});

test("it does not wait for ever: after three minutes it has the place of its age", () => {
  const store = boardOf([call("child", 0, { restricted: true }), call("other", 100)]);
  assert.equal(nextToAnswer(store, clockAt(LOWERED_S - 1)).id, "other");
  assert.equal(nextToAnswer(store, clockAt(LOWERED_S + 1)).id, "child");
});

test("who writes waits three minutes behind those who speak, then comes by age like everybody", () => {
  const store = boardOf([call("deaf", 0, { channel: "whatsapp" }), call("voice", 5), call("later", 190)]);
  assert.equal(nextToAnswer(store, clockAt(LOWERED_S - 1)).id, "voice");
  assert.equal(nextToAnswer(store, clockAt(LOWERED_S)).id, "deaf");
});

test("whoever has waited longest is next after three minutes, whatever else waits", () => {
  const chance = chanceOf(112);
  for (let round = 0; round < 2_000; round += 1) {
    const calls = Array.from({ length: 1 + Math.floor(chance() * 12) }, (_, at) =>
      call(String(at), Math.floor(chance() * 300), {
        channel: ["voice", "pbx", "whatsapp", "sms"][Math.floor(chance() * 4)],
        caller: chance() < 0.2 ? null : `+62${Math.floor(chance() * 8)}`,
        restricted: chance() < 0.4,
        burst: chance() < 0.3,
        key_pressed: chance() < 0.5,
      }),
    );
    const oldest = calls.reduce((a, b) => (b.received_at < a.received_at ? b : a));
    const now = (Date.parse(oldest.received_at) - START) / 1000 + LOWERED_S + chance() * 60;
    const next = nextToAnswer(boardOf(calls), clockAt(now));
    assert.equal(next.received_at, oldest.received_at, JSON.stringify(calls));
  }
});

test("calls of one number are one entry with the place of the oldest; unknown numbers stay apart", () => {
  const store = boardOf([
    call("b", 5),
    call("a1", 1, { caller: "+62811" }),
    call("a2", 9, { caller: "+62811" }),
    call("x", 2, { caller: null }),
    call("y", 3, { caller: null }),
  ]);
  const entries = queueOf(store, clockAt(20));
  assert.deepEqual(ids(entries), ["a1", "x", "y", "b"]);
  assert.deepEqual(
    entries.map((entry) => entry.others),
    [1, 0, 0, 0],
  );
});

test("of abandoned calls each number is one to call back", () => {
  const gone = { status: "abandoned", ended_at: iso(4) };
  const store = boardOf([
    call("a", 1, { caller: "+62811", ...gone }),
    call("b", 2, { caller: "+62811", ...gone }),
    call("c", 3, gone),
    call("held", 3, { ...gone, incident_id: "i" }),
  ]);
  assert.deepEqual(ids(toCallBack(store)), ["a", "c"]);
  assert.equal(toCallBack(store)[0].others, 1);
});

/** Numbers by chance, the same in every run. */
function chanceOf(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A centre with dispatchers who answer whoever is next. A nuisance is heard out and judged; its number is restricted as
 * calls/reputation.py says. Whoever has waited for longer than they are patient hangs up.
 * @returns {{waits: Map<number, number>, unanswered: number}} seconds each genuine caller waited, by when they called
 */
function evening(arrivals, { dispatchers, forS }) {
  const waiting = [];
  const free = Array.from({ length: dispatchers }, () => 0);
  const pranks = new Map();
  const called = new Map();
  const waits = new Map();
  let next = 0;
  let unanswered = 0;
  const isRestricted = (caller, now) => {
    const judged = pranks.get(caller) ?? [];
    const burst = (called.get(caller) ?? []).filter((at) => now - at <= 600).length;
    return judged.length >= 3 || (burst >= 3 && judged.some((at) => now - at <= 600));
  };
  const note = (map, key, at) => map.set(key, [...(map.get(key) ?? []), at]);
  for (let now = 0; now < forS; now++) {
    for (; next < arrivals.length && arrivals[next].at <= now; next++) {
      const one = arrivals[next];
      note(called, one.caller, one.at);
      waiting.push({ ...call(`${next}`, one.at, { caller: one.caller }), one });
    }
    for (const row of waiting) {
      row.burst ??=
        (called.get(row.caller) ?? []).filter((at) => row.one.at - at <= 600 && at <= row.one.at).length >= 3;
      row.restricted = isRestricted(row.caller, now);
    }
    for (let n = waiting.length - 1; n >= 0; n--) {
      if (now - waiting[n].one.at < waiting[n].one.patienceS) continue;
      if (waiting[n].one.genuine) unanswered += 1;
      waiting.splice(n, 1);
    }
    for (let desk = 0; desk < dispatchers; desk++) {
      if (free[desk] > now || !waiting.length) continue;
      const chosen = nextToAnswer(boardOf(waiting), clockAt(now));
      const at = waiting.findIndex((row) => row.id === chosen.id);
      const { one } = waiting.splice(at, 1)[0];
      free[desk] = now + one.talkS;
      if (one.genuine) waits.set(one.at, now - one.at);
      else note(pranks, one.caller, now);
    }
  }
  return { waits, unanswered };
}

/** A busy hour: a call every six seconds on average, half of them real and a minute or two long. */
function usualCalls(seed) {
  const chance = chanceOf(seed);
  const rows = [];
  for (let at = 0; at < 1500; at += 1 + Math.floor(chance() * 11)) {
    const genuine = chance() < 0.5;
    const talkS = genuine ? 60 + Math.floor(chance() * 40) : 20 + Math.floor(chance() * 20);
    rows.push({ at, caller: `+6281${rows.length}`, genuine, talkS, patienceS: 600 });
  }
  return rows;
}

const flood = Array.from({ length: 1000 }, (_, n) => ({
  at: 300 + Math.floor(n * 0.3),
  caller: `+6289${n % 50}`,
  genuine: false,
  talkS: 6,
  patienceS: 25,
}));

const p95 = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.95)];
};

test("a thousand calls of fifty numbers in five minutes: what it costs a genuine caller", (t) => {
  const centre = { dispatchers: 10, forS: 2500 };
  const waits = { usual: [], flooded: [], usualMeanwhile: [], meanwhile: [] };
  const during = ([at]) => at >= 300 && at < 900;
  for (let seed = 1; seed <= 8; seed++) {
    const usual = evening(usualCalls(seed), centre);
    const both = [...usualCalls(seed), ...flood].sort((a, b) => a.at - b.at);
    const flooded = evening(both, centre);
    assert.equal(flooded.unanswered, 0);
    assert.equal(flooded.waits.size, usual.waits.size);
    waits.usual.push(...usual.waits.values());
    waits.flooded.push(...flooded.waits.values());
    waits.usualMeanwhile.push(...[...usual.waits].filter(during).map(([, wait]) => wait));
    waits.meanwhile.push(...[...flooded.waits].filter(during).map(([, wait]) => wait));
  }
  const found = Object.fromEntries(Object.entries(waits).map(([name, rows]) => [name, p95(rows)]));
  t.diagnostic(JSON.stringify(found));
  assert.ok(found.flooded <= 1.2 * found.usual);
  assert.ok(found.meanwhile <= 1.2 * found.usualMeanwhile);
});
