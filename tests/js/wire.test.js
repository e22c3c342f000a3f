import assert from "node:assert/strict";
import { test } from "node:test";
import { isCompleteRun, nextAction } from "#realtime/protocol";
import { decode, encode, follows, newestFirst } from "#realtime/wire";

const EDGE = 2n ** 53n;

/** As the service writes a frame: numbers stay numbers, however long. */
const text = (seq, more = "") => `{"type":"event","seq": ${seq},"name":"x"${more}}`;

test("a number is read exactly on both sides of 2^53", () => {
  assert.equal(decode(text(4720)).seq, 4720);
  assert.equal(decode(text(EDGE - 1n)).seq, Number.MAX_SAFE_INTEGER);
  assert.equal(decode(text(EDGE)).seq, EDGE);
  assert.equal(decode(text(EDGE + 1n)).seq, EDGE + 1n);
  assert.equal(decode(`{"type":"beat","head_seq":${EDGE + 7n}}`).head_seq, EDGE + 7n);
});

test("what people wrote is never taken for a number", () => {
  const note = `"seq": 9007199254740993, "head_seq":9007199254740993`;
  const more = `,"data":{"note":${JSON.stringify(note)},"seq":"9007199254740993 apples"}`;
  const frame = decode(text(EDGE + 1n, more));
  assert.equal(frame.data.note, note);
  assert.equal(frame.data.seq, "9007199254740993 apples");
});

test("thirty numbers across 2^53 follow each other, none twice, none left out", () => {
  let last = decode(text(EDGE - 10n)).seq;
  for (let seq = EDGE - 9n; seq < EDGE + 20n; seq++) {
    const frame = decode(text(seq));
    assert.equal(nextAction(last, decode(text(seq + 1n))), "resync");
    assert.equal(nextAction(last, decode(text(seq - 1n))), "ignore");
    assert.equal(nextAction(last, frame), "apply");
    last = frame.seq;
  }
  assert.equal(last, EDGE + 19n);
});

test("a run across 2^53 is complete, with a hole it is not", () => {
  const run = (numbers) =>
    decode(`{"type":"events","events":[${numbers.map((seq) => text(seq))}],"seq":${numbers.at(-1)}}`);
  const since = Number(EDGE - 2n);
  assert.ok(isCompleteRun(since, run([EDGE - 1n, EDGE, EDGE + 1n, EDGE + 2n])));
  assert.ok(!isCompleteRun(since, run([EDGE - 1n, EDGE, EDGE + 2n])));
});

test("a number that was rounded on its way is not believed", () => {
  assert.equal(nextAction(Number.MAX_SAFE_INTEGER, { seq: Number(EDGE + 1n) }), "resync");
});

test("hello names the last number exactly, as a number", () => {
  assert.equal(encode({ type: "hello", since: 4711 }), '{"type":"hello","since":4711}');
  assert.equal(encode({ type: "hello", since: EDGE + 3n }), `{"type":"hello","since":${EDGE + 3n}}`);
});

test("numbers of both kinds are compared and sorted together", () => {
  assert.ok(follows(Number.MAX_SAFE_INTEGER, EDGE));
  assert.ok(!follows(Number.MAX_SAFE_INTEGER, EDGE + 1n));
  const events = [{ seq: 7 }, { seq: EDGE + 1n }, { seq: Number.MAX_SAFE_INTEGER }, { seq: EDGE }];
  assert.deepEqual(
    events.sort(newestFirst).map((event) => String(event.seq)),
    [EDGE + 1n, EDGE, EDGE - 1n, 7n].map(String),
  );
});
