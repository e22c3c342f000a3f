/** Where the caller or the incident may be: every piece with its source, radius and age, and how far it is from the one in use. Pure. */
import { distanceM } from "#realtime/time";

export const EVIDENCE_MAX = 9;
const SAME_M = 1;
const FALLBACK_RADIUS_M = 100;
const LABEL_CHARS_MAX = 300; // as dispatch/models.py: ADDRESS_CHARS_MAX

/**
 * @typedef {{key: string, source: string, label: string|null, lat: number, lng: number, radius_m: number|null,
 *   at: string|null, caller: string|null, callId?: string, verdict?: string|null, placeId?: string|null, used?: boolean, metres?: number|null,
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
    (call.locations ?? []).map((location) => ({
      ...location,
      key: location.id,
      caller: call.caller,
      callId: call.id,
      rank: rankOf(location, call.estimate),
    })),
  );
  told.sort((a, b) => a.rank - b.rank || (a.at < b.at ? 1 : -1));
  const all = [...asked, ...told].map((piece) => compared(piece, used));
  // A location in use that no caller told (set when the incident was opened) is a piece of its own.
  if (used && !all.some((piece) => piece.used)) {
    const piece = {
      at: null,
      caller: null,
      label: null,
      radius_m: null,
      source: "operator",
      ...used,
      key: "used",
    };
    all.splice(used.why ? asked.length : all.length, 0, compared(piece, used));
  }
  return all;
}

/** What leads the estimate, what agrees, what speaks against it, what is older, what was rejected. */
function rankOf(location, estimate) {
  if (location.verdict === "rejected") return 400;
  const agrees = estimate?.by.indexOf(location.id) ?? -1;
  if (agrees >= 0) return agrees;
  const against = estimate?.against.findIndex((one) => one.id === location.id) ?? -1;
  return against >= 0 ? 100 + against : 200;
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

/**
 * Why the estimate is what it is, for a sentence: how many pieces agree, what leads, and how far the nearest piece that
 * speaks against it lies. Null: nothing says where.
 */
export function whyOf(call) {
  const { estimate, locations } = call;
  if (!estimate) return null;
  const lead = locations.find((one) => one.id === estimate.by[0]);
  return {
    why: estimate.why,
    source: lead?.source ?? "network",
    agree: estimate.by.length,
    against: estimate.against.length,
    apart: estimate.against.length ? Math.min(...estimate.against.map((one) => one.apart_m)) : null,
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
