/** The line of a person: in which call they are, who is shown, what may be done; the telephone that follows it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isTrouble,
  ownLine,
  possible,
  returnedText,
  shownParticipants,
  stateWords,
} from "#console/line_model";
import { contactsFor, typedNumber } from "#console/phonebook";
import { nextToAnswer } from "#console/queue";
import { seatWords } from "#console/seat";
import { emulatedPhone } from "#console/softphone";
import { twilioPhone } from "#console/softphone_twilio";
import { Store } from "#realtime/store";
import { Clock } from "#realtime/time";

const person = (kind, more = {}) => ({
  id: `${kind}-${more.user_id ?? more.address ?? ""}${more.added_at ?? ""}`,
  kind,
  name: null,
  user_id: null,
  device: null,
  address: null,
  mode: null,
  state: "in",
  held: false,
  muted: false,
  settled: true,
  leaving: false,
  added_at: "2026-01-01T00:00:00Z",
  ...more,
});
const me = (more = {}) => person("dispatcher", { user_id: "me", device: "browser", ...more });
const call = (id, participants, more = {}) => ({
  id,
  channel: "voice",
  status: "answered",
  caller: `+62${id}`,
  answered_by: { id: "me" },
  answered_at: "2026-01-01T00:00:00Z",
  received_at: "2026-01-01T00:00:00Z",
  participants,
  ...more,
});
const boardOf = (...calls) => {
  const store = new Store({ schedule: () => {} });
  store.replace({ calls }, 1);
  return store;
};

test("a person's line is the call they are in, their own before one they listen to", () => {
  const own = call("1", [person("caller"), me()]);
  const heard = call("2", [
    person("caller"),
    person("supervisor", { user_id: "me", mode: "listen", added_at: "2026-01-02T00:00:00Z" }),
  ]);
  assert.equal(ownLine(boardOf(heard, own), "me").call.id, "1");
  assert.equal(ownLine(boardOf(heard), "me").row.mode, "listen");
  assert.equal(ownLine(boardOf(own), "you"), null);
});

test("who has left, or was let go, is on no line; a call at the exchange is its answerer's", () => {
  assert.equal(ownLine(boardOf(call("1", [me({ state: "left" })])), "me"), null);
  assert.equal(ownLine(boardOf(call("1", [me({ leaving: true })])), "me"), null);
  const pbx = call("1", [], { channel: "pbx" });
  assert.equal(ownLine(boardOf(pbx), "me").row, null);
  assert.equal(possible(ownLine(boardOf(pbx), "me")).hold, false);
});

test("everybody who is there is shown, and of the gone only third parties, each number once", () => {
  const rows = [
    me(),
    person("third", { address: "+621", state: "busy" }),
    person("third", { address: "+621", state: "ringing", added_at: "2026-01-01T00:01:00Z" }),
    person("third", { address: "+622", state: "no_answer" }),
    person("supervisor", { state: "left" }),
    person("caller"),
  ];
  const shown = shownParticipants(call("1", rows)).map((row) => `${row.kind} ${row.state}`);
  assert.deepEqual(shown, ["caller in", "dispatcher in", "third no_answer", "third ringing"]);
});

for (const [row, words] of [
  [{ state: "calling" }, "being called"],
  [{ state: "in", held: true, settled: false }, "is being put on hold"],
  [{ state: "in", held: true, settled: true }, "on hold"],
  [{ state: "in", muted: true }, "muted"],
  [{ state: "in", mode: "listen", muted: true }, "listens"],
  [{ state: "busy" }, "busy"],
  [{ state: "in", leaving: true }, "has left"],
])
  test(`a participant ${JSON.stringify(row)} is “${words}”`, () => assert.equal(stateWords(row), words));

test("only who could not be reached is a trouble", () => {
  const states = ["calling", "ringing", "in", "left", "busy", "no_answer", "failed"];
  assert.deepEqual(
    states.filter((state) => isTrouble({ state })),
    ["busy", "no_answer", "failed"],
  );
});

test("what may be done follows from who is in", () => {
  const may = (rows) => possible(ownLine(boardOf(call("1", rows)), "me"));
  const alone = may([person("caller"), me()]);
  assert.deepEqual(
    [alone.hold, alone.mute, alone.add, alone.handOver, alone.takeBack],
    [true, true, true, false, false],
  );
  const warm = may([person("caller", { held: true }), me(), person("third")]);
  assert.deepEqual([warm.held, warm.handOver, warm.takeBack], [true, true, true]);
  const listens = may([person("caller"), person("supervisor", { user_id: "me", mode: "listen" })]);
  assert.deepEqual([listens.hold, listens.mute, listens.add, listens.modes], [false, false, false, true]);
});

test("a returned caller is answered before everybody, and says why", () => {
  const waits = { status: "queued", participants: [], answered_by: null };
  const store = boardOf(
    call("1", [], { ...waits, received_at: "2026-01-01T00:00:00Z" }),
    call("0", [], { ...waits, caller: "+622", received_at: "2026-01-01T00:01:00Z" }), // of the same number
    call("2", [], {
      ...waits,
      received_at: "2026-01-01T00:05:00Z",
      restricted: true,
      returned_at: "2026-01-01T00:06:00Z",
      returned_from: "Ada",
    }),
  );
  const clock = new Clock(() => Date.parse("2026-01-01T00:06:00Z"));
  assert.equal(nextToAnswer(store, clock).id, "2");
  assert.match(returnedText(store.get("calls", "2")), /Ada/);
  assert.equal(returnedText(store.get("calls", "1")), "");
});

test("the phone book finds by all words of name, purpose and number; a number stands for itself", () => {
  const book = [
    { id: "1", name: "RSUD Kota", phone: "0771-1", note: "IGD" },
    { id: "2", name: "RSUD Provinsi", phone: "0771-2", note: null },
  ];
  assert.deepEqual(
    contactsFor("rsud igd", book).map((one) => one.id),
    ["1"],
  );
  assert.deepEqual(
    contactsFor("0771-2", book).map((one) => one.id),
    ["2"],
  );
  assert.equal(contactsFor("", book).length, 2);
  assert.equal(typedNumber(" +62 812-34 "), "+62 812-34");
  assert.equal(typedNumber("rsud 1"), null);
});

test("a seat says how its person is rung, and warns when they cannot be", () => {
  const seat = (more) => ({ device: "browser", phone: "", sip: "", has_browser: true, ...more });
  assert.equal(seatWords(seat(), "ready").level, "ok");
  assert.equal(seatWords(seat(), "no_microphone").level, "over");
  assert.equal(seatWords(seat({ has_browser: false }), "off").level, "over");
  assert.equal(seatWords(seat({ device: "phone", phone: "+6277120002" }), "off").level, "ok");
});

test("the emulated telephone is in a call as long as its line is", async () => {
  const phone = emulatedPhone();
  await phone.start();
  assert.equal(phone.state, "ready");
  phone.follow({ row: me() });
  assert.equal(phone.state, "in_call");
  phone.follow(null);
  assert.equal(phone.state, "ready");
});

/** The SDK's Device and Call as far as they are used: they note what they are told. */
function sdk() {
  const told = [];
  class Device {
    constructor(token) {
      told.push(`new ${token}`);
      this.handlers = {};
      this.state = "unregistered";
      Device.last = this;
    }
    on(name, handler) {
      this.handlers[name] = handler;
    }
    async register() {
      this.state = "registered";
      this.handlers.registered();
    }
    destroy() {
      told.push("destroy");
    }
    updateToken(token) {
      told.push(`token ${token}`);
    }
  }
  const incoming = () => {
    const handlers = {};
    return {
      handlers,
      muted: false,
      on: (name, handler) => {
        handlers[name] = handler;
      },
      accept: () => told.push("accept"),
      disconnect: () => told.push("disconnect"),
      isMuted() {
        return this.muted;
      },
      mute(on) {
        this.muted = on;
        told.push(`mute ${on}`);
      },
    };
  };
  let tokens = 0;
  const world = {
    load: async () => Device,
    microphone: async () => true,
    token: async () => ({ token: `t${++tokens}` }),
    later: (work) => told.push("later") && work,
  };
  return { told, world, incoming, device: () => Device.last };
}

test("the browser's telephone takes the call that was answered here, whichever of the two comes first", async () => {
  const { told, world, incoming, device } = sdk();
  const phone = twilioPhone(world);
  await phone.start();
  assert.equal(phone.state, "ready");
  const ring = incoming();
  device().handlers.incoming(ring);
  assert.ok(!told.includes("accept"), "a ring that nobody has answered on the console is not taken");
  phone.follow({ row: me({ state: "ringing" }) });
  assert.ok(told.includes("accept"));
  assert.equal(phone.state, "in_call");
  phone.follow({ row: me({ muted: true }) });
  assert.equal(told.at(-1), "mute true");
  phone.follow(null);
  assert.equal(told.at(-1), "disconnect");
  ring.handlers.disconnect();
  assert.equal(phone.state, "ready");
});

test("without a microphone it says so and asks for no token; a key that ends is renewed", async () => {
  const none = sdk();
  const deaf = twilioPhone({ ...none.world, microphone: async () => false });
  await deaf.start();
  assert.equal(deaf.state, "no_microphone");
  assert.deepEqual(none.told, []);
  const { told, world, device } = sdk();
  await twilioPhone(world).start();
  await device().handlers.tokenWillExpire();
  assert.equal(told.at(-1), "token t2");
});

test("a telephone that cannot register says that it has no line and tries again", async () => {
  const { told, world } = sdk();
  const phone = twilioPhone({ ...world, token: async () => Promise.reject(new Error("409")) });
  await phone.start();
  assert.equal(phone.state, "not_registered");
  assert.equal(told.at(-1), "later");
});

test("a line at the desk phone leaves the browser alone", async () => {
  const { told, world, incoming, device } = sdk();
  const phone = twilioPhone(world);
  await phone.start();
  device().handlers.incoming(incoming());
  phone.follow({ row: me({ device: "phone" }) });
  assert.ok(!told.includes("accept"));
});
