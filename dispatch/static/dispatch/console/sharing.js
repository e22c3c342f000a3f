/** How the sharing of a position stands, and which caller it is about. Pure. */
import { SPOKEN } from "#console/board";

/** The call of what is chosen that shares or could: the one with a link, else the newest that has a number. */
export function callToShare(subject) {
  if (subject.call) return subject.call;
  const newest = [...subject.calls].sort((a, b) => (a.received_at < b.received_at ? 1 : -1));
  return newest.find((call) => call.share) ?? newest.find((call) => call.caller) ?? newest[0] ?? null;
}

/**
 * none: never asked · waiting: sent or read aloud, not opened yet · sharing · stopped by the caller · over
 * @returns {"none"|"waiting"|"sharing"|"stopped"|"over"}
 */
export function sharePhase(share, nowMs) {
  if (!share) return "none";
  if (share.revoked_at || Date.parse(share.expires_at) <= nowMs) return "over";
  if (!share.phones.length) return "waiting";
  return share.phones.some((phone) => !phone.stopped_at) ? "sharing" : "stopped";
}

/** The newest position that came by the link: which call's location it is. */
export function sharedLocation(call) {
  const ids = new Set((call.share?.phones ?? []).map((phone) => phone.location_id));
  const own = (call.locations ?? []).filter((location) => ids.has(location.id));
  return own.sort((a, b) => (a.at < b.at ? 1 : -1))[0] ?? null;
}

/** The ways of all telephones of these calls, each a list of [lat, lng]. */
export function trailsOf(calls) {
  return calls
    .flatMap((call) => call.share?.phones ?? [])
    .map((phone) => phone.trail)
    .filter((trail) => trail.length > 1);
}

/** Can this caller still be asked? Somebody who spoke or wrote, not a call of paper. */
export function canShare(call) {
  return Boolean(call) && !call.paper && (SPOKEN.has(call.channel) || call.status === "answered");
}
