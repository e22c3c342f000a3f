/** The way in words: its streets in order. The last one fetched is kept, so that it can be read without network. */
import { distanceText } from "#realtime/time";
import { gettext } from "#realtime/words";
import { make, refill, slot } from "#tablet/dom";

const KEY = "way";

/** @param {{getItem: (key: string) => string|null, setItem: (key: string, value: string) => void}} store */
export function keepWay(store, assignmentId, way) {
  try {
    store.setItem(KEY, JSON.stringify({ assignmentId, way }));
  } catch {
    // A full or forbidden store: the way is on the screen all the same.
  }
}

/** The way of this assignment as it was last fetched, or null. */
export function keptWay(store, assignmentId) {
  try {
    const kept = JSON.parse(store.getItem(KEY) ?? "null");
    return kept?.assignmentId === assignmentId && Array.isArray(kept.way?.points) ? kept.way : null;
  } catch {
    return null;
  }
}

/** How a stretch is called: by its street, else by how it is travelled. */
export function streetName({ name, by }) {
  if (by === "boat") return name ? name : gettext("by boat");
  if (by === "foot") return name ? name : gettext("on foot");
  return name ? name : gettext("road without a name");
}

export function drawStreets(way, language) {
  const streets = way?.streets ?? [];
  slot("way").hidden = !streets.length;
  refill(slot("way-streets"), JSON.stringify(streets), () =>
    streets.map((street) =>
      make(
        "li",
        {},
        make("b", { text: streetName(street) }),
        make("span", { className: "mid", text: ` ${distanceText(street.distance_m, language)}` }),
      ),
    ),
  );
}
