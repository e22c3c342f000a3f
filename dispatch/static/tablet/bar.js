/** The bar with callsign, status, receiver, line and clock; the tape when the line is cut. */
import { icon } from "#realtime/icons";
import { currentTheme, setTheme } from "#realtime/page";
import { clockText, durationText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { make, refill, slot, statusMark, write } from "#tablet/dom";

const THEMES = ["night", "day", "sun"];
const THEME_SYMBOL = { night: "u-moon", sun: "u-sun" };
const THEME_WORD = {
  night: () => gettext("Night"),
  day: () => gettext("Day"),
  sun: () => gettext("Sunlight"),
};

export class Bar {
  #clock;
  #timeZone;
  #socket;
  #outbox;
  #positions;

  constructor({ clock, city, socket, outbox, positions }) {
    this.#clock = clock;
    this.#timeZone = city.timeZone;
    this.#socket = socket;
    this.#outbox = outbox;
    this.#positions = positions;
  }

  connect() {
    slot("theme").addEventListener("click", () => {
      setTheme(THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length]);
      this.#theme();
    });
    this.#theme();
    this.#socket.subscribe(() => this.line());
  }

  render(view) {
    if (view.unit) write("callsign", view.unit.callsign);
    const { status } = view;
    refill(slot("status"), status ? `${status.word}` : "", () => (status ? [statusMark(status.word)] : []));
    this.line();
    this.tick(view);
  }

  /** What grows with the clock. */
  tick(view) {
    const now = clockText(this.#clock.now(), this.#timeZone);
    write("clock", now.slice(0, 5));
    write("clock-seconds", now.slice(5));
    write("big-clock", now.slice(0, 5));
    write("since", view.status?.at ? durationText(this.#clock.ageS(view.status.at)) : "");
    const age = this.#socket.dataAgeMs();
    write("cut-age", age === null ? "" : durationText(age / 1000));
    this.#gps();
  }

  line() {
    const { state } = this.#socket.link;
    const isCut = state === "cut";
    const waiting = this.#outbox.pressed.length;
    document.querySelector('[data-panel="cut"]').hidden = !isCut;
    document.documentElement.dataset.unsent = String(this.#outbox.items.length);
    document.documentElement.dataset.net = isCut ? "offline" : "online";
    write("cut-queue", fill(gettext("%(count)s waiting"), { count: waiting }));
    const words = { live: gettext("Connected"), behind: gettext("Connecting"), cut: gettext("Offline") };
    refill(slot("net"), state, () => [
      icon(isCut ? "u-cut" : state === "live" ? "u-check" : "u-repeat"),
      make("span", { text: words[state] }),
    ]);
  }

  #gps() {
    refill(slot("gps"), gpsText(this.#positions), () => [
      icon("l-aml"),
      make("span", { text: gpsText(this.#positions) }),
    ]);
  }

  #theme() {
    const theme = currentTheme();
    refill(slot("theme"), theme, () => [
      ...(THEME_SYMBOL[theme] ? [icon(THEME_SYMBOL[theme])] : []),
      make("span", { className: "hide-xs", text: THEME_WORD[theme]() }),
    ]);
    slot("theme").setAttribute(
      "aria-label",
      fill(gettext("Colours: %(theme)s"), { theme: THEME_WORD[theme]() }),
    );
  }
}

/** The receiver in words; never a radius nobody measured. */
export function gpsText(positions) {
  if (positions.state === "denied") return gettext("GPS not allowed");
  if (positions.state === "off") return gettext("no GPS");
  if (!positions.latest) return gettext("GPS searching");
  const accuracy = positions.latest.accuracy_m;
  return accuracy === null ? gettext("GPS on") : `GPS ± ${Math.round(accuracy)} m`;
}
