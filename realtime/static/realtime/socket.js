/** The socket /ws/v1/: hello, resume, beats, reconnection, commands. Writes to the store and to nothing else. */
import { gettext } from "#realtime/words";
import { beatTells, CLOSE, hello, isCompleteRun, nextAction, reconnectDelayMs } from "#realtime/protocol";
import { Commands } from "#realtime/commands";
import { decode, encode } from "#realtime/wire";
import { browserWorld, socketUrl } from "#realtime/world";

const BEHIND_AFTER_MS = 7_500; // beats come every 5 s
const DEAD_AFTER_MS = 12_000;
const CUT_AFTER_MS = 5_000; // shorter than that is a reconnection, not a cut
const BEHIND_GRACE_MS = 1_500;
const WATCH_MS = 500;
const RESYNCS_BEFORE_SNAPSHOT = 2;

/** @typedef {"live"|"behind"|"cut"} LinkState */
/** @typedef {{state: LinkState, since: number|null, attempt: number, nextTryAt: number|null}} Link since: ms, last frame */

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
  #lastFrameAt = null;
  #startedAt = null;
  #listeners = new Set();
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
    this.#startedAt = this.#world.now();
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

  /** Milliseconds since the last frame; null before the first. */
  dataAgeMs() {
    return this.#lastFrameAt === null ? null : this.#world.now() - this.#lastFrameAt;
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
    if (this.link.state === "cut") {
      const detail = gettext("Not sent: the connection is cut. It works again when the bar is gone.");
      return Promise.resolve({ ok: false, code: "not_sent", detail });
    }
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
    this.#lastFrameAt = this.#world.now();
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
      this.clock.learn(frame.now);
      if (beatTells(this.store.seq, frame) === "behind") this.#expect(frame.head_seq);
    } else if (frame.type === "telemetry") {
      this.store.telemetry(frame.units);
    } else if (frame.type === "result") {
      this.#commands.answer(frame);
    }
    if (!this.#ready) return;
    if (this.link.state === "live") this.link.since = this.#lastFrameAt;
    else this.#tell({ state: "live", attempt: 0 });
  }

  #run(frame, since) {
    if (!isCompleteRun(since, frame)) return this.#resync();
    for (const event of frame.events) this.store.apply(event);
    return this.#answered();
  }

  #answered() {
    this.#ready = true;
    this.#tell({ state: "live", attempt: 0, nextTryAt: null });
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
    this.#drop(reconnectDelayMs(this.link.attempt, this.#world.chance()));
  }

  #drop(delayMs) {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    socket?.close();
    if (this.#stopped) return;
    const state = this.link.state === "cut" ? "cut" : "behind";
    this.#tell({ state, nextTryAt: this.#world.now() + delayMs });
    this.#retryTimer = this.#world.setTimeout(() => this.#open(), delayMs);
  }

  #watch() {
    const now = this.#world.now();
    const silentMs = now - (this.#lastFrameAt ?? this.#startedAt);
    this.#commands.expire();
    if (!this.#ready) {
      if (this.link.state !== "cut" && silentMs > CUT_AFTER_MS) this.#tell({ state: "cut" });
      if (this.#socket && this.#world.isConnecting(this.#socket, DEAD_AFTER_MS)) this.#drop(0);
    } else if (silentMs > DEAD_AFTER_MS) {
      this.#tell({ state: "cut" });
      this.#drop(0);
    } else if (silentMs > BEHIND_AFTER_MS && this.link.state === "live") {
      this.#tell({ state: "behind" });
    }
  }

  #tell(change) {
    this.link = { ...this.link, ...change, since: this.#lastFrameAt };
    for (const listener of [...this.#listeners]) listener(this.link);
  }
}
