/** The top bar: clock, age of the data, figures, sound, colours. */
import { icon, swapIcon } from "#realtime/icons";
import { currentTheme, setTheme } from "#realtime/page";
import { clockText, dateText, durationText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { figures, judged } from "#console/board";
import { setAttribute, setClass, setText } from "#console/dom";
import { Panel } from "#console/panel";
import { queueOf } from "#console/queue";

const DATA_NEAR_S = 2;

export class TopBar extends Panel {
  connect() {
    setText(this.part("own"), this.app.boot.viewer.name);
    this.dataIcon = icon("u-check");
    this.part("data-icon").append(this.dataIcon);
    this.on(this.part("sound"), "click", () => {
      this.app.sounds.muted = !this.app.sounds.muted;
      this.app.sounds.unlock().catch(() => {});
      this.render();
    });
    this.on(this.part("theme-button"), "click", () => {
      setTheme(currentTheme() === "day" ? "night" : "day");
      this.render();
    });
    this.on(this.part("help"), "click", () => this.app.panel("help").toggle());
  }

  render() {
    const { clock, store, timeZone, language, limits } = this.app;
    setText(this.part("clock"), clockText(clock.now(), timeZone));
    setText(this.part("date"), dateText(clock.now(), timeZone, language));
    const now = figures(store, clock);
    this.#data();
    // As the panel counts: calls of one number are one line.
    this.#figure("waiting", String(queueOf(store, clock).length));
    const waited = now.longestS === null ? null : judged("answer", now.longestS, limits.answer_s);
    this.#figure("longest", durationText(now.longestS), waited?.level);
    this.#figure("incidents", String(now.incidents));
    this.#figure("free", `${now.free}/${now.units}`, now.units && !now.free ? "near" : "ok");
    this.#sound();
    const theme = this.part("theme-button").querySelector("svg");
    swapIcon(theme, currentTheme() === "day" ? "u-moon" : "u-sun");
  }

  #data() {
    const ageMs = this.app.socket.dataAgeMs();
    const seconds = ageMs === null ? null : Math.floor(ageMs / 1000);
    const live = this.app.socket.link.state === "live";
    const text = seconds === null ? "–" : fill(gettext("%(seconds)s s"), { seconds });
    this.#figure("data", text, live && seconds < DATA_NEAR_S ? "ok" : "near");
    swapIcon(this.dataIcon, live ? "u-check" : "u-cut");
  }

  #figure(name, text, level = "ok") {
    const element = this.part(name);
    setText(element.querySelector("[data-value]"), text);
    setClass(element, "near", level === "near");
    setClass(element, "over", level === "over");
  }

  #sound() {
    const { sounds } = this.app;
    const button = this.part("sound");
    const words = sounds.muted
      ? gettext("off")
      : sounds.isLocked
        ? gettext("press a key")
        : `${Math.round(sounds.volume * 100)} %`;
    setText(button.querySelector("[data-value]"), words);
    setAttribute(button, "aria-pressed", sounds.muted ? "false" : "true");
    setClass(button, "near", sounds.muted || sounds.isLocked);
  }
}
