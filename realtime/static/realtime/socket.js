/** The socket /ws/v1/: hello, resume, beats, reconnection, commands. Writes to the store and to nothing else. */
import { beatTells, CLOSE, hello, isCompleteRun, nextAction, reconnectDelayMs } from "#realtime/protocol";
import { Commands, notSent } from "#realtime/commands";
import { Freshness, Line } from "#realtime/freshness";
import { decode, encode } from "#realtime/wire";
import { browserWorld, socketUrl } from "#realtime/world";

const BEHIND_GRACE_MS = 1_000;
const WATCH_MS = 250;
const RESYNCS_BEFORE_SNAPSHOT = 2;

/** @typedef {import("./freshness.js").LinkState} LinkState */
/** @typedef {{state: LinkState, since: number|null, attempt: number, nextTryAt: number|null}} Link since: ms, as dataAt */

export class BoardSocket {
  /** @type {Link} */
  link = { state: "behind", since: null, attempt: 0, nextTryAt: null };
  #world;
  #socket = null;
  #ready = false;
  #resyncs = 0;
  #graceTimer = null;
  #retryTimer = null;
  #watchTimer = null;
  #line = null;
  #freshness = new Freshness();
  #listeners = new Set();
  #beatListeners = new Set();
  #stopped = false;
  #commands;

  /**
   * @param {{store: import("./store.js").Store, clock: import("./time.js").Clock, url?: string,
   *   onSignedOut?: () => void, world?: object}} options
   */
  constructor({ store, clock, url = socketUrl(), onSignedOut = () => {}, world = browserWorld() }) {
    this.store = store;
    this.clock = clock;
    this.url = url;
    this.onSignedOut = onSignedOut;
    this.#world = world;
    this.#commands = new Commands({ world, transmit: (frame) => this.#transmit(frame) });
  }

  start() {
    this.#freshness.start(this.#world.now());
    this.#watchTimer = this.#world.setInterval(() => this.#watch(), WATCH_MS);
    this.#open();
  }

  stop() {
    this.#stopped = true;
    this.#world.clearInterval(this.#watchTimer);
    this.#world.clearTimeout(this.#retryTimer);
    this.#world.clearTimeout(this.#graceTimer);
    this.#socket?.close();
  }

  /** @param {(link: Link) => void} listener @returns {() => void} */
  subscribe(listener) {
    this.#listeners.add(listener);
    listener(this.link);
    return () => this.#listeners.delete(listener);
  }

  /** Milliseconds until the next try; null while one is under way. */
  untilNextTryMs() {
    return this.link.nextTryAt === null ? null : Math.max(0, this.link.nextTryAt - this.#world.now());
  }

  /** How old what this screen shows is, in milliseconds; null before the first answer. */
  dataAgeMs() {
    return this.#freshness.ageMs(this.#world.now());
  }

  /** Told of every beat that found this screen level; unlike timers it runs in a hidden tab, too. */
  onLevel(listener) {
    this.#beatListeners.add(listener);
    return () => this.#beatListeners.delete(listener);
  }

  /**
   * Send a command. Always answers: the server's reply, or a refusal of our own (codes not_sent, no_answer).
   * A repetition after a reconnection carries the same request_id, so it acts once.
   * @param {string} name
   * @param {object} body
   * @param {{requestId?: string}} options
   * @returns {Promise<{ok: boolean, seq?: number, result?: any, code?: string, detail?: string}>}
   */
  send(name, body, { requestId } = {}) {
    if (this.link.state === "cut") return Promise.resolve(notSent());
    return this.#commands.send(name, body, requestId);
  }

  /** A position of this device; no answer. */
  sendPosition(position) {
    return this.#transmit({ type: "position", ...position });
  }

  #transmit(frame) {
    if (!this.#ready) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #open() {
    const socket = this.#world.connect(this.url);
    this.#socket = socket;
    this.#line = new Line(this.#world.now());
    this.#tell({ attempt: this.link.attempt + 1, nextTryAt: null });
    const since = this.#resyncs > RESYNCS_BEFORE_SNAPSHOT ? null : this.store.seq;
    socket.onopen = () => socket.send(encode(hello(since)));
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#take(decode(message.data), since);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  #take(frame, since) {
    this.#line.heard(this.#world.now());
    if (frame.type === "snapshot") {
      this.store.replace(frame.state, frame.seq);
      this.#answered();
    } else if (frame.type === "events") {
      this.#run(frame, since);
    } else if (frame.type === "event" || frame.type === "skip") {
      const action = nextAction(this.store.seq, frame);
      if (action === "apply") this.store.apply(frame);
      else if (action === "resync") this.#resync();
    } else if (frame.type === "beat") {
      this.#beat(frame);
    } else if (frame.type === "telemetry") {
      this.store.telemetry(frame.units);
    } else if (frame.type === "result") {
      this.#commands.answer(frame);
    }
  }

  /** A beat dates what the screen shows: the server's last look at the log, and the way of the beat to here. */
  #beat(frame) {
    this.clock.learn(frame.now);
    if (!this.#ready) return;
    const lateMs = this.#line.lateMs(frame.now, this.#world.now());
    if (this.#line.isSlow(lateMs)) return this.#drop(0); // what piles up on this line comes faster over a new one
    if (beatTells(this.store.seq, frame) === "behind") return this.#expect(frame.head_seq);
    this.#fresh((frame.read_age_ms ?? 0) + lateMs);
    for (const listener of this.#beatListeners) listener();
  }

  #fresh(ageMs) {
    this.#freshness.shows(this.#world.now() - ageMs);
    this.#judge();
  }

  #judge() {
    const state = this.#freshness.state(this.#world.now());
    if (state !== this.link.state) this.#tell({ state });
    else this.link.since = this.#freshness.at;
  }

  #run(frame, since) {
    if (!isCompleteRun(since, frame)) return this.#resync();
    for (const event of frame.events) this.store.apply(event);
    return this.#answered();
  }

  #answered() {
    this.#ready = true;
    this.#tell({ attempt: 0, nextTryAt: null });
    this.#fresh(0);
    this.#commands.resend();
  }

  /** A beat named a number that has not come: it may be on its way; if not, fetch what was lost. */
  #expect(headSeq) {
    if (this.#graceTimer) return;
    this.#graceTimer = this.#world.setTimeout(() => {
      this.#graceTimer = null;
      if (this.#ready && this.store.seq < headSeq) this.#resync();
      else this.#resyncs = 0;
    }, BEHIND_GRACE_MS);
  }

  #resync() {
    this.#resyncs += 1;
    this.#drop(0);
  }

  #closed(code) {
    if (code === CLOSE.NOT_SIGNED_IN || code === CLOSE.FORBIDDEN) this.onSignedOut(code);
    if (code === CLOSE.BAD_FRAME) this.#resyncs = RESYNCS_BEFORE_SNAPSHOT + 1;
    this.#drop();
  }

  #drop(delayMs = reconnectDelayMs(this.link.attempt, this.#world.chance())) {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    socket?.close();
    if (this.#stopped) return;
    this.#tell({ nextTryAt: this.#world.now() + delayMs });
    this.#retryTimer = this.#world.setTimeout(() => this.#open(), delayMs);
  }

  #watch() {
    this.#commands.expire();
    this.#judge();
    if (!this.#socket) return;
    if (!this.#line.isDead(this.#world.now(), { answered: this.#ready })) return;
    if (this.#ready) this.#drop(0);
    else this.#drop();
  }

  #tell(change) {
    this.link = { ...this.link, ...change, since: this.#freshness.at };
    for (const listener of [...this.#listeners]) listener(this.link);
  }
}
