import assert from "node:assert/strict";
import { test } from "node:test";
import { BoardSocket } from "#realtime/socket";
import { Store } from "#realtime/store";
import { Clock } from "#realtime/time";

/** A world whose time, timers and network the test moves by hand. */
function worldOf() {
  const world = { at: 0, timers: [], sockets: [], ids: 0 };
  const plan = (work, ms, every) => {
    const timer = { work, due: world.at + ms, every: every ? ms : null, live: true };
    world.timers.push(timer);
    return timer;
  };
  const stop = (timer) => {
    if (timer) timer.live = false;
  };
  Object.assign(world, {
    now: () => world.at,
    chance: () => 0.5,
    newId: () => `request-${++world.ids}`,
    setTimeout: (work, ms) => plan(work, ms, false),
    setInterval: (work, ms) => plan(work, ms, true),
    clearTimeout: stop,
    clearInterval: stop,
    connect: () => {
      const socket = {
        sent: [],
        send: (text) => socket.sent.push(JSON.parse(text)),
        close: () => {},
      };
      world.sockets.push(socket);
      return socket;
    },
    pass: (ms) => {
      const end = world.at + ms;
      for (;;) {
        const due = world.timers
          .filter((timer) => timer.live && timer.due <= end)
          .sort((a, b) => a.due - b.due)[0];
        if (!due) break;
        world.at = due.due;
        if (due.every) due.due += due.every;
        else due.live = false;
        due.work();
      }
      world.at = end;
    },
  });
  return world;
}

function linked() {
  const world = worldOf();
  const store = new Store({ schedule: () => {} });
  const socket = new BoardSocket({ store, clock: new Clock(() => world.at), url: "ws://test", world });
  const tell = (frame) => world.sockets.at(-1).onmessage({ data: JSON.stringify(frame) });
  const beat = () => tell({ type: "beat", head_seq: store.seq, now: new Date(world.at).toISOString() });
  socket.start();
  world.sockets.at(-1).onopen();
  return { world, store, socket, tell, beat };
}

function live() {
  const link = linked();
  link.tell({ type: "snapshot", seq: 10, state: { calls: [{ id: "a" }] } });
  return link;
}

test("the first hello asks for a snapshot, the next one only for what was missed", () => {
  const { world, socket, store } = live();
  assert.equal("since" in world.sockets[0].sent[0], false);
  assert.equal(store.seq, 10);
  assert.equal(socket.link.state, "live");
  world.sockets[0].onclose({ code: 1006 });
  assert.equal(socket.link.state, "live"); // a reconnection shorter than two seconds is no news
  world.pass(1000);
  world.sockets[1].onopen();
  assert.equal(world.sockets[1].sent[0].since, 10);
});

test("a gap makes the socket fetch what was lost at once", () => {
  const { world, store, tell } = live();
  tell({ type: "event", seq: 12, name: "x", data: { set: { calls: [{ id: "b" }] } } });
  assert.equal(store.seq, 10);
  world.pass(0);
  assert.equal(world.sockets.length, 2);
  world.sockets[1].onopen();
  const events = [11, 12].map((seq) => ({ type: "event", seq, name: "x", data: {} }));
  tell({ type: "events", events, seq: 12 });
  assert.equal(store.seq, 12);
});

test("a beat ahead of the last event is followed by a resync when the event does not come", () => {
  const { world, tell } = live();
  tell({ type: "beat", head_seq: 11, now: new Date(0).toISOString() });
  world.pass(900);
  assert.equal(world.sockets.length, 1);
  world.pass(200);
  assert.equal(world.sockets.length, 2);
});

test("silence makes the screen behind after two seconds, cut after five, and a new socket is tried", () => {
  const { world, socket, beat } = live();
  world.pass(1000);
  beat();
  world.pass(1900);
  assert.equal(socket.link.state, "live");
  world.pass(500);
  assert.equal(socket.link.state, "behind");
  world.pass(2400);
  assert.equal(world.sockets.length, 1);
  world.pass(500);
  assert.equal(socket.link.state, "cut");
  assert.equal(socket.link.since, 1000);
  assert.equal(world.sockets.length, 2);
});

test("a server that is itself cut off from its log makes the screen behind while the line is good", () => {
  const { world, socket, tell } = live();
  const beat = (read_age_ms) =>
    tell({ type: "beat", head_seq: 10, now: new Date(world.at).toISOString(), read_age_ms });
  for (const ageMs of [0, 1000, 2000]) {
    world.pass(1000);
    beat(ageMs);
  }
  assert.equal(socket.link.state, "live");
  world.pass(250);
  assert.equal(socket.link.state, "behind");
  assert.equal(socket.dataAgeMs(), 2250);
  world.pass(750);
  beat(0);
  assert.equal(socket.link.state, "live");
  assert.equal(world.sockets.length, 1);
});

test("positions alone do not make a screen look fresh", () => {
  const { world, socket, tell } = live();
  for (let second = 0; second < 3; second++) {
    world.pass(1000);
    tell({ type: "telemetry", units: [] });
  }
  assert.equal(socket.link.state, "behind");
});

test("beats that come ever later over a slow line make the screen behind, and at last a new line is tried", () => {
  const { world, socket, tell } = live();
  const beat = (sentAt) => tell({ type: "beat", head_seq: 10, now: new Date(sentAt).toISOString() });
  world.pass(1000);
  beat(1000);
  for (let sentAt = 1500; sentAt <= 3000; sentAt += 500) {
    world.pass(1000);
    beat(sentAt);
  }
  assert.equal(socket.dataAgeMs(), 2000);
  world.pass(250);
  assert.equal(socket.link.state, "behind");
  for (let sentAt = 3500; sentAt <= 6500; sentAt += 500) {
    world.pass(1000);
    if (world.sockets.length === 1) beat(sentAt);
  }
  assert.equal(world.sockets.length, 2);
});

test("a closed socket is a cut after five seconds and live again after the answer to hello", () => {
  const { world, socket, tell } = live();
  world.sockets[0].onclose({ code: 1006 });
  for (let second = 0; second < 8; second++) {
    world.pass(1000);
    world.sockets.at(-1).onclose({ code: 1006 });
  }
  assert.equal(socket.link.state, "cut");
  world.pass(5000);
  world.sockets.at(-1).onopen();
  tell({ type: "events", events: [], seq: 10 });
  assert.equal(socket.link.state, "live");
});

test("an unanswered command goes out again with the same request_id after a reconnection", async () => {
  const { world, socket, tell } = live();
  const reply = socket.send("call.answer", { call_id: "a" });
  world.sockets[0].onclose({ code: 1012 });
  world.pass(1000);
  world.sockets[1].onopen();
  tell({ type: "events", events: [], seq: 10 });
  const [first] = world.sockets[0].sent.filter((frame) => frame.type === "call.answer");
  const [second] = world.sockets[1].sent.filter((frame) => frame.type === "call.answer");
  assert.equal(second.request_id, first.request_id);
  tell({ type: "result", id: second.id, ok: true, seq: 11, result: {} });
  assert.deepEqual(await reply, { ok: true, seq: 11, result: {} });
});

test("a field called type is sent beside the type of the frame, not over it", () => {
  const { world, socket } = live();
  socket.send("incident.open", { type: "fire", call_id: "a" });
  const [frame] = world.sockets[0].sent.filter((one) => one.type === "incident.open");
  assert.deepEqual(frame.body, { type: "fire", call_id: "a" });
});

test("a command older than thirty seconds is not sent again but reported", async () => {
  const { world, socket } = live();
  const reply = socket.send("call.answer", { call_id: "a" });
  world.sockets[0].onclose({ code: 1006 });
  world.pass(31_000);
  assert.equal((await reply).code, "no_answer");
  world.sockets.at(-1).onopen();
  assert.equal(world.sockets.at(-1).sent.filter((frame) => frame.type === "call.answer").length, 0);
});

test("a command during a cut is refused at once", async () => {
  const { world, socket } = live();
  world.sockets[0].onclose({ code: 1006 });
  world.pass(6000);
  assert.equal((await socket.send("call.answer", {})).code, "not_sent");
});

test("a screen that finds no place comes back by itself, a little later each time", () => {
  const { world, socket } = linked();
  const waits = [];
  for (let turn = 0; turn < 8; turn++) {
    const told = world.at;
    world.sockets.at(-1).onclose({ code: 1013 });
    waits.push(socket.link.nextTryAt - told);
    world.pass(socket.link.nextTryAt - told);
  }
  assert.equal(world.sockets.length, 9);
  assert.ok(waits.every((wait, turn) => turn === 0 || wait >= waits[turn - 1]));
  assert.ok(waits.at(-1) >= 2500);
  world.sockets.at(-1).onopen();
  world.sockets.at(-1).onmessage({ data: JSON.stringify({ type: "snapshot", seq: 10, state: {} }) });
  assert.equal(socket.link.state, "live");
});
