/** What sounds on the line: the music that the service plays, and the tone of a telephone that rings elsewhere. */

const VOLUME = 0.3;
const RINGBACK_HZ = 425;
const RINGBACK_S = 1;
const RINGBACK_EVERY_MS = 4000;

export class Line {
  #music = null;
  #heard = null;
  #ringback = null;

  update(call) {
    const last = call?.captions.at(-1);
    const plays = last?.kind === "play" && last.text && !["over", "talking"].includes(call.state);
    if (!plays) this.#quiet();
    else if (this.#heard !== last.at) this.#play(last);
    this.#ring(call?.state === "ringing");
  }

  #play(caption) {
    this.#quiet();
    this.#heard = caption.at;
    this.#music = new Audio(caption.text);
    this.#music.volume = VOLUME;
    this.#music.play().catch(() => {}); // nobody has clicked on this page yet: it stays quiet
  }

  #quiet() {
    this.#music?.pause();
    this.#music = null;
  }

  #ring(wanted) {
    if (!wanted) {
      clearInterval(this.#ringback);
      this.#ringback = null;
    } else if (this.#ringback === null) {
      this.#ringback = setInterval(tone, RINGBACK_EVERY_MS);
      tone();
    }
  }
}

let context = null;

function tone() {
  context ??= new AudioContext();
  if (context.state !== "running") return;
  const oscillator = context.createOscillator();
  const level = context.createGain();
  oscillator.frequency.value = RINGBACK_HZ;
  level.gain.value = VOLUME / 4;
  oscillator.connect(level).connect(context.destination);
  oscillator.start();
  oscillator.stop(context.currentTime + RINGBACK_S);
}
