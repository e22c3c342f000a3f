/** Commands under way on a socket: one answer each, repeated after a reconnection, never twice in effect. No DOM. */
import { gettext } from "#realtime/words";

const GIVE_UP_MS = 30_000;

/** The answer to a command while the connection is cut: nobody may believe that it waits somewhere. */
export function notSent() {
  const detail = gettext("Not sent: the connection is cut. It works again when the bar is gone.");
  return { ok: false, code: "not_sent", detail };
}

export class Commands {
  #pending = new Map();
  #nextId = 1;
  #world;
  #transmit;

  /** @param {{world: object, transmit: (frame: object) => boolean}} options transmit: false when nothing was sent */
  constructor({ world, transmit }) {
    this.#world = world;
    this.#transmit = transmit;
  }

  get size() {
    return this.#pending.size;
  }

  send(name, body, requestId = this.#world.newId()) {
    const id = this.#nextId;
    this.#nextId += 1;
    // The body stays apart: a field called `type`, as an incident has one, would collide with the frame's own.
    const frame = { id, type: name, request_id: requestId, body };
    return new Promise((resolve) => {
      const sent = this.#transmit(frame);
      this.#pending.set(id, { frame, resolve, sent, at: this.#world.now() });
    });
  }

  answer(frame) {
    const waiting = this.#pending.get(frame.id);
    if (!waiting) return;
    this.#pending.delete(frame.id);
    const { id: _id, type: _type, ...reply } = frame;
    waiting.resolve(reply);
  }

  /** After a reconnection: what was not answered goes out again with its request_id, unless it is too old. */
  resend() {
    this.expire();
    for (const waiting of this.#pending.values())
      waiting.sent = this.#transmit(waiting.frame) || waiting.sent;
  }

  /** What nobody answered in time is reported; whether it happened is then on the board, not in our hands. */
  expire() {
    const now = this.#world.now();
    for (const [id, waiting] of this.#pending) {
      if (now - waiting.at < GIVE_UP_MS) continue;
      this.#pending.delete(id);
      waiting.resolve(
        waiting.sent
          ? {
              ok: false,
              code: "no_answer",
              detail: gettext("No answer. Look on the board whether it happened."),
            }
          : { ok: false, code: "not_sent", detail: gettext("Not sent: there was no connection.") },
      );
    }
  }
}
