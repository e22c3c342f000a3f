/** After the call for help: whether it has reached the centre and whether a person has answered. */
import { icon } from "#realtime/icons";
import { clockText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { make, refill, slot, write } from "#tablet/dom";

export class Mayday {
  #city;
  #positions;
  #actions;

  constructor({ city, positions, actions }) {
    this.#city = city;
    this.#positions = positions;
    this.#actions = actions;
  }

  connect() {
    const back = document.querySelector('[data-act="mayday-back"]');
    back.addEventListener("click", () => this.#actions.maydayRead());
  }

  render(view) {
    const { alarm, unit, maydayWaits } = view;
    const accuracy = this.#positions.latest?.accuracy_m;
    const where = accuracy ? ` · ± ${Math.round(accuracy)} m` : "";
    write(
      "mayday-who",
      `${unit?.callsign ?? ""} · ${clockText(alarm?.raised_at ?? maydayWaits?.at ?? null, this.#city.timeZone)}${where}`,
    );
    const answered = alarm?.acknowledged_by
      ? `${alarm.acknowledged_by.name}, ${clockText(alarm.acknowledged_at, this.#city.timeZone)}`
      : gettext("not yet");
    const sent = alarm
      ? fill(gettext("received %(at)s"), { at: clockText(alarm.raised_at, this.#city.timeZone) })
      : gettext("no network, being repeated");
    const rows = [
      [alarm ? "u-check" : "u-no", gettext("Sent to the centre"), sent],
      ["l-operator", gettext("Answered by a person"), answered],
    ];
    refill(slot("mayday-steps"), JSON.stringify(rows), () =>
      rows.map(([symbol, name, value]) =>
        make(
          "li",
          {},
          icon(symbol),
          make("span", { text: name }),
          make("span", { className: "v", text: value }),
        ),
      ),
    );
  }
}
