/** Where the caller or the incident may be: every piece with its source, radius and age, and how far it is from the one in use. Pure. */
import { distanceM } from "#realtime/time";
import { bestLocation } from "#console/board";

export const EVIDENCE_MAX = 9;
const SAME_M = 1;
const FALLBACK_RADIUS_M = 100;
const LABEL_CHARS_MAX = 300; // as dispatch/models.py: ADDRESS_CHARS_MAX

/**
 * @typedef {{key: string, source: string, label: string|null, lat: number, lng: number, radius_m: number|null,
 *   at: string|null, caller: string|null, placeId?: string|null, used?: boolean, metres?: number|null,
 *   disagrees?: boolean}} Piece
 */

/**
 * @param {{calls: any[], found: any[], proposed: any|null, used: any|null}} what found: places searched for;
 *   proposed: a point of the map; used: the location in use
 * @returns {Piece[]} what was asked for first, then the best evidence first
 */
export function piecesOf({ calls, found, proposed, used }) {
  const asked = [
    ...(proposed
      ? [{ key: "proposed", source: "operator", radius_m: null, at: null, caller: null, ...proposed }]
      : []),
    ...found.map((place) => ({
      key: `place-${place.id ?? place.name}`,
      source: "address",
      label: [place.name, place.context || place.district].filter(Boolean).join(" · "),
      lat: place.lat,
      lng: place.lng,
      radius_m: place.radius_m,
      at: null,
      caller: null,
      placeId: place.id,
    })),
  ];
  const told = calls.flatMap((call) =>
    (call.locations ?? []).map((location) => ({ ...location, key: location.id, caller: call.caller })),
  );
  const ordered = [];
  while (told.length) {
    const best = bestLocation(told);
    ordered.push(best);
    told.splice(told.indexOf(best), 1);
  }
  const all = [...asked, ...ordered].map((piece) => compared(piece, used));
  // A location in use that no caller told (set when the incident was opened) is a piece of its own.
  if (used && !all.some((piece) => piece.used)) {
    all.push(
      compared(
        { at: null, caller: null, label: null, radius_m: null, source: "operator", ...used, key: "used" },
        used,
      ),
    );
  }
  return all;
}

function compared(piece, used) {
  const metres = used ? distanceM(piece, used) : null;
  return {
    ...piece,
    metres,
    used: metres !== null && metres <= SAME_M,
    disagrees: metres !== null && metres > (piece.radius_m ?? FALLBACK_RADIUS_M) + (used.radius_m ?? 0),
  };
}

/** The location of a command, without what the command does not take. */
export function locationBody(piece) {
  const { lat, lng, radius_m, source, label } = piece;
  return {
    lat,
    lng,
    radius_m: radius_m ?? null,
    source,
    label: label ? label.slice(0, LABEL_CHARS_MAX) : null,
  };
}
