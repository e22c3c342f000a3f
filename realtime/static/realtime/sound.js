/**
 * Tones of ui.md section 6. Every sound has a visual twin elsewhere; ring and mayday go through a mute.
 * A browser lets a page sound only after a key or click: `unlock()` at the first one, `isLocked` until then.
 */

const GAP_S = 0.03;
const LOUDER = 1.6;
const BASE_GAIN = 0.25;
const LOUDER_AFTER_MS = 15_000;
// A finger counts for the browser when it is lifted, a mouse and a key when they go down.
const TOUCHES = ["keydown", "pointerdown", "pointerup"];

/** @typedef {{tones: [number, number][], everyMs?: number, throughMute?: boolean, louder?: boolean, sweep?: boolean}} Sound tones: [Hz, s] */
/** @type {Record<string, Sound>} */
export const SOUNDS = {
  ring: {
    tones: [
      [440, 0.4],
      [554, 0.4],
    ],
    everyMs: 2000,
    throughMute: true,
  },
  text: { tones: [[660, 0.15]] },
  critical: {
    tones: [
      [523, 0.16],
      [659, 0.16],
      [784, 0.22],
    ],
    everyMs: 5000,
    louder: true,
  },
  warning: {
    tones: [
      [659, 0.18],
      [523, 0.24],
    ],
  },
  mayday: { tones: [[600, 0.5]], everyMs: 500, throughMute: true, sweep: true },
  cut: { tones: [[220, 0.5]] },
  back: {
    tones: [
      [220, 0.2],
      [330, 0.3],
    ],
  },
  assignment1: { tones: Array.from({ length: 5 }, () => [880, 0.09]), everyMs: 4000 },
  assignment2: { tones: Array.from({ length: 3 }, () => [784, 0.12]), everyMs: 4000 },
  assignment3: { tones: [[660, 0.25]] },
};

export class Sounds {
  volume;
  muted = false;
  #context = null;
  #loops = new Map();
  #onChange;

  /** @param {{volume?: number, onChange?: () => void}} options volume: 0..1; onChange: told when `isLocked` may differ */
  constructor({ volume = 0.7, onChange = () => {} } = {}) {
    this.volume = volume;
    this.#onChange = onChange;
  }

  get isLocked() {
    return this.#context?.state !== "running";
  }

  /** Call it from a key or pointer handler. */
  async unlock() {
    if (this.#context === null) {
      this.#context = new AudioContext();
      // A tablet takes the sound away again for a telephone call or a sleep; the screen must not go on saying "on".
      this.#context.addEventListener("statechange", this.#onChange);
    }
    if (this.#context.state !== "running") await this.#context.resume();
  }

  /** Unlock with any key, click or touch that finds the sound locked: the first one, and again after a sleep. */
  unlockAtTouch(target = document) {
    const touched = () => this.isLocked && this.unlock().catch(() => {});
    for (const kind of TOUCHES) target.addEventListener(kind, touched, { capture: true });
  }

  play(name, { louder = false } = {}) {
    const sound = SOUNDS[name];
    if (!this.#context || this.isLocked || (this.muted && !sound.throughMute)) return;
    const gain = BASE_GAIN * this.volume * (louder ? LOUDER : 1);
    let at = this.#context.currentTime + 0.01;
    for (const [hertz, seconds] of sound.tones) {
      this.#tone(hertz, at, seconds, gain, sound.sweep);
      at += seconds + GAP_S;
    }
  }

  /** Repeat until `stop`; a second start of the same name changes nothing. */
  start(name) {
    if (this.#loops.has(name)) return;
    const startedAt = Date.now();
    const sound = SOUNDS[name];
    const again = () => this.play(name, { louder: sound.louder && Date.now() - startedAt > LOUDER_AFTER_MS });
    again();
    this.#loops.set(name, sound.everyMs ? setInterval(again, sound.everyMs) : null);
  }

  stop(name) {
    clearInterval(this.#loops.get(name) ?? undefined);
    this.#loops.delete(name);
  }

  /** Start or stop by a condition. */
  hold(name, wanted) {
    if (wanted) this.start(name);
    else this.stop(name);
  }

  #tone(hertz, at, seconds, gain, sweep) {
    const context = this.#context;
    const oscillator = context.createOscillator();
    const level = context.createGain();
    oscillator.frequency.setValueAtTime(hertz, at);
    if (sweep) oscillator.frequency.linearRampToValueAtTime(hertz * 2, at + seconds);
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(gain, at + 0.015);
    level.gain.setValueAtTime(gain, at + seconds - 0.03);
    level.gain.linearRampToValueAtTime(0, at + seconds);
    oscillator.connect(level).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + seconds);
  }
}
