/**
 * Tones of ui.md section 6. Every sound has a visual twin elsewhere; ring and mayday go through a mute.
 * A browser lets a page sound only after a key or click: `unlock()` at the first one, `isLocked` until then.
 */

const GAP_S = 0.03;
const LOUDER = 1.6;
const BASE_GAIN = 0.25;
const LOUDER_AFTER_MS = 15_000;

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

  /** @param {{volume?: number}} options volume: 0..1 */
  constructor({ volume = 0.7 } = {}) {
    this.volume = volume;
  }

  get isLocked() {
    return this.#context?.state !== "running";
  }

  /** Call it from a key or pointer handler. */
  async unlock() {
    this.#context ??= new AudioContext();
    if (this.#context.state !== "running") await this.#context.resume();
  }

  /** Listen for the first key or click and unlock with it. */
  unlockAtFirstTouch(target = document) {
    const once = () => this.unlock().catch(() => {});
    for (const kind of ["keydown", "pointerdown"]) target.addEventListener(kind, once, { once: true });
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
