import assert from "node:assert/strict";
import { test } from "node:test";
import {
  deliveryText,
  locationAsk,
  mayHaveOlder,
  mediaText,
  Reading,
  reasonText,
  thread,
  windowOf,
} from "#console/conversation";
import { parts, plain } from "#console/segments";
import { Clock } from "#realtime/time";

const NOW = Date.parse("2026-01-01T12:00:00.000Z");
const clock = new Clock(() => NOW);
const at = (minute) => new Date(Date.UTC(2026, 0, 1, 11, minute)).toISOString();
const message = (id, minute, more = {}) => ({
  id,
  at: at(minute),
  direction: "in",
  text: id,
  media: [],
  ...more,
});

test("both sides stand in order, also of two callers, each message once and as the board has it", () => {
  const calls = [
    { id: "a", messages: [message("a1", 1), message("a2", 5, { direction: "out", delivery: "read" })] },
    { id: "b", messages: [message("b1", 3)] },
  ];
  const older = [
    { ...message("a0", 0), call_id: "a" },
    { ...message("a2", 5, { direction: "out", delivery: "sent" }), call_id: "a" },
  ];

  const rows = thread(calls, older);

  assert.deepEqual(
    rows.map((row) => [row.id, row.call_id]),
    [
      ["a0", "a"],
      ["a1", "a"],
      ["b1", "b"],
      ["a2", "a"],
    ],
  );
  assert.equal(rows.at(-1).delivery, "read");
});

test("older messages are offered only where the board may not have them all", () => {
  const full = Array.from({ length: 20 }, (_, n) => message(`m${n}`, n));
  assert.equal(mayHaveOlder([{ messages: full.slice(1) }, {}]), false);
  assert.equal(mayHaveOlder([{ messages: full }]), true);
});

test("what was there when the page opened is not new; what comes is, until it is read", () => {
  const reading = new Reading();
  const call = { id: "a", messages: [message("a1", 1)] };
  assert.deepEqual(reading.fresh(call), []);
  reading.begin([call]);
  assert.deepEqual(reading.fresh(call), []);
  call.messages.push(message("a2", 2), message("ours", 3, { direction: "out" }), message("a3", 4));
  const other = { id: "b", messages: [message("b1", 0), message("b2", 9)] };
  assert.deepEqual(
    reading.fresh(call).map((row) => row.id),
    ["a2", "a3"],
  );
  reading.read(call);
  assert.deepEqual(reading.fresh(call), []);
  assert.deepEqual(
    reading.fresh(other).map((row) => row.id),
    ["b2"],
  );
});

test("what became of a message is said in words, a failure with its reason", () => {
  assert.equal(deliveryText({ delivery: "read" }), "read");
  assert.equal(
    deliveryText({ delivery: "failed", reason: "no_whatsapp" }),
    "NOT DELIVERED: this number has no WhatsApp",
  );
  assert.match(deliveryText({ delivery: "failed", reason: "other", error_code: "77777" }), /77777/);
  assert.equal(reasonText(null), "no reason was given");
  assert.equal(deliveryText({ delivery: null }), "");
});

test("the window is open, near its end, closed, or there is none", () => {
  const call = (minutes) => ({
    channel: "whatsapp",
    window_ends_at: new Date(NOW + minutes * 60_000).toISOString(),
  });
  assert.equal(windowOf(call(600), clock).state, "open");
  assert.equal(windowOf(call(59), clock).state, "near");
  assert.equal(windowOf(call(0), clock).state, "closed");
  assert.equal(windowOf({ channel: "whatsapp", window_ends_at: null }, clock).state, "none");
  assert.equal(windowOf({ channel: "sms", window_ends_at: null }, clock).state, "none");
});

test("a position that came before we asked is no answer", () => {
  const place = (source, minute) => ({ source, at: at(minute) });
  const call = { location_asked_at: at(10), locations: [place("whatsapp", 5), place("text", 12)] };
  assert.equal(locationAsk({ locations: [] }), null);
  assert.equal(locationAsk(call), "asked");
  call.locations.push(place("whatsapp", 13));
  assert.equal(locationAsk(call), "answered");
});

test("every state of a file has a sentence, and only what is ready has none", () => {
  const media = (state, more = {}) => ({ state, content_type: "application/pdf", kind: null, ...more });
  assert.equal(mediaText(media("ready", { kind: "picture" })), null);
  assert.equal(
    mediaText(media("refused", { problem: "unknown_kind" })),
    "A file of kind application/pdf was received and is not shown: a kind that cannot be shown",
  );
  for (const state of ["waiting", "lost", "kept", "removed", "something new"])
    assert.ok(mediaText(media(state)).length > 10);
  assert.match(mediaText(media("waiting", { content_type: "image/jpeg" })), /^picture received/);
});

test("parts of an SMS are counted as the service counts them", () => {
  for (const [text, wide, count] of [
    ["", false, 1],
    ["a".repeat(160), false, 1],
    ["a".repeat(161), false, 2],
    ["€".repeat(81), false, 2],
    [`${"a".repeat(152)}€${"a".repeat(152)}`, false, 3],
    ["ж".repeat(71), true, 2],
    ["🔥".repeat(35), true, 1],
    ["🔥".repeat(67), true, 3],
  ]) {
    const size = parts(text);
    assert.deepEqual([size.wide, size.count], [wide, count], text.slice(0, 5));
  }
  assert.equal(plain("“Jangan”\u00a0panik – petugas… №4\u200b"), '"Jangan" panik - petugas... No.4');
  assert.deepEqual(parts("api 🔥").odd, ["🔥"]);
});
