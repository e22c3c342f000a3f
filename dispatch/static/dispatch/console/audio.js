/** Which sound is due: read from the board, so that a sound ends wherever the cause ends. */
import { SPOKEN, waitingCalls } from "#console/board";
import { nextToAnswer } from "#console/queue";

export class Audio {
  constructor(app) {
    this.app = app;
    this.name = "audio";
    this.cutBefore = false;
    this.heard = null; // ids known when the page was loaded make no sound
  }

  render() {
    const { sounds, store, socket, limits, clock } = this.app;
    const next = nextToAnswer(store, clock);
    sounds.hold("ring", Boolean(next && SPOKEN.has(next.channel)));
    const alarms = store.all("alarms").filter((alarm) => !alarm.acknowledged_at);
    sounds.hold(
      "mayday",
      alarms.some((alarm) => alarm.severity === "mayday"),
    );
    sounds.hold(
      "critical",
      alarms.some((alarm) => alarm.severity === "critical"),
    );
    const texts = waitingCalls(store).filter((call) => !SPOKEN.has(call.channel));
    const late = texts.filter((call) => clock.ageS(call.received_at) > limits.answer_s);
    const me = this.app.boot.viewer.id;
    const answered = store.all("calls").filter((call) => call.answered_by?.id === me);
    this.#onceFor(
      "text",
      answered.flatMap((call) => this.app.reading?.fresh(call) ?? []).map((message) => message.id),
    );
    const warnings = alarms.filter((alarm) => alarm.severity === "warning");
    this.#onceFor("text", [...texts.map((call) => call.id), ...late.map((call) => `${call.id}-late`)]);
    this.#onceFor(
      "warning",
      warnings.map((alarm) => alarm.id),
    );
    const cut = socket.link.state === "cut";
    if (cut !== this.cutBefore) sounds.play(cut ? "cut" : "back");
    this.cutBefore = cut;
    if (store.seq !== null) this.heard ??= new Set();
  }

  #onceFor(sound, ids) {
    this.known ??= new Set();
    const fresh = ids.filter((id) => !this.known.has(id));
    for (const id of fresh) this.known.add(id);
    if (fresh.length && this.heard) this.app.sounds.play(sound);
  }
}
