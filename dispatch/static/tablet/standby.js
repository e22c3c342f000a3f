/** The screen between assignments: the clock, the status, and whether this tablet would hear an assignment. */
import { icon } from "#realtime/icons";
import { clockText } from "#realtime/time";
import { fill, gettext, statusName } from "#realtime/words";
import { gpsText } from "#tablet/bar";
import { make, refill, slot, statusMark, write } from "#tablet/dom";

/** Names of incident types from the reference data; the key in words until they have come. */
export class Names {
  #types = new Map();

  learn(reference) {
    for (const row of reference.incident_types) this.#types.set(row.key, row.name);
  }

  typeName(key) {
    if (!key) return gettext("Type unknown");
    return this.#types.get(key) ?? key.replaceAll("_", " ");
  }
}

export class Standby {
  #city;
  #socket;
  #outbox;
  #sounds;
  #positions;

  constructor({ city, socket, outbox, sounds, positions }) {
    this.#city = city;
    this.#socket = socket;
    this.#outbox = outbox;
    this.#sounds = sounds;
    this.#positions = positions;
  }

  render(view) {
    const { status, unit } = view;
    refill(slot("big-status"), status?.word ?? "", () => (status ? [statusMark(status.word)] : []));
    const since = status?.at ? clockText(status.at, this.#city.timeZone, { seconds: false }) : null;
    const parts = [
      unit?.station,
      unit?.status_reason,
      since ? fill(gettext("since %(at)s"), { at: since }) : null,
      status?.waits ? gettext("waits to be sent") : null,
    ];
    write("big-more", parts.filter(Boolean).join(" · "));
    this.#device();
  }

  #device() {
    const isLive = this.#socket.link.state === "live";
    const hasSound = !this.#sounds.isLocked;
    const rows = [
      [
        isLive ? "u-check" : "u-cut",
        gettext("Line to the centre"),
        isLive ? gettext("Connected") : gettext("Offline"),
        !isLive,
      ],
      [
        "u-sound",
        gettext("Sound of an assignment"),
        hasSound ? gettext("on") : gettext("off until a touch"),
        !hasSound,
      ],
      [
        "u-queue",
        gettext("Waiting to be sent"),
        String(this.#outbox.pressed.length),
        this.#outbox.pressed.length > 0,
      ],
      ["l-aml", gettext("Position"), gpsText(this.#positions), this.#positions.state !== "on"],
    ];
    refill(slot("device"), JSON.stringify(rows), () =>
      rows.flatMap(([symbol, name, value, isOdd]) => [
        icon(symbol),
        make("dt", { text: name }),
        make("dd", { className: isOdd ? "odd" : "", text: value }),
      ]),
    );
  }
}

/** What is said aloud to a screen reader when the status changes. */
export const spokenStatus = (status) => fill(gettext("Status: %(status)s"), { status: statusName(status) });
