/** This person's own line: in which call they are, who else is in it, and what may be done. Pure. */
import { fill, gettext } from "#realtime/words";

const HERE = new Set(["calling", "ringing", "in"]);
const GONE_SHOWN_MAX = 3;
const ORDER = { caller: 0, dispatcher: 1, third: 2, supervisor: 3 };

/** Who was let go is no more here, though the provider has not said so yet. */
export const isHere = (row) => HERE.has(row.state) && !row.leaving;

/**
 * The call that this person speaks in, or listens to. Their own before one that they listen to, the newest first. A
 * call at the exchange has no participants: whoever has answered it is in it.
 * @returns {{call: any, row: any|null}|null}
 */
export function ownLine(store, viewerId) {
  const found = [];
  for (const call of store.all("calls")) {
    if (call.status !== "answered") continue;
    const row = (call.participants ?? []).findLast((one) => one.user_id === viewerId && isHere(one));
    if (row) found.push({ call, row });
    else if (call.channel === "pbx" && call.answered_by?.id === viewerId) found.push({ call, row: null });
  }
  const listens = ({ row }) => Number(row?.kind === "supervisor");
  const since = ({ call, row }) => row?.added_at ?? call.answered_at;
  return found.sort((a, b) => listens(a) - listens(b) || (since(a) < since(b) ? 1 : -1))[0] ?? null;
}

/** Who is shown: everybody who is there, and of those who are gone the newest, each number once. */
export function shownParticipants(call) {
  const rows = call?.participants ?? [];
  const there = rows.filter(isHere);
  const names = new Set(there.map((row) => row.address ?? row.id));
  const gone = rows
    .filter((row) => row.kind === "third" && !isHere(row) && !names.has(row.address))
    .slice(-GONE_SHOWN_MAX);
  return [...there, ...gone].sort(
    (a, b) => ORDER[a.kind] - ORDER[b.kind] || (a.added_at < b.added_at ? -1 : 1),
  );
}

const STATES = {
  calling: () => gettext("being called"),
  ringing: () => gettext("rings"),
  in: () => gettext("speaks"),
  left: () => gettext("has left"),
  busy: () => gettext("busy"),
  no_answer: () => gettext("does not answer"),
  failed: () => gettext("not reached"),
};
const MODES = {
  listen: () => gettext("listens"),
  whisper: () => gettext("whispers"),
  barge: () => gettext("speaks"),
};

/** How a participant is, in words. */
export function stateWords(row) {
  if (row.leaving) return STATES.left();
  if (row.state !== "in") return STATES[row.state]?.() ?? row.state;
  if (row.held) return row.settled ? gettext("on hold") : gettext("is being put on hold");
  if (row.mode) return MODES[row.mode]();
  if (row.muted) return gettext("muted");
  return STATES.in();
}

/** Who it is, in words; the person who looks is “you”. */
export function whoWords(row, viewerId) {
  if (row.kind === "caller") return gettext("Caller");
  if (row.user_id && row.user_id === viewerId) return gettext("You");
  return row.name || row.address || gettext("Somebody");
}

/** A mark that a person must see: warm only where somebody is to act. */
export const isTrouble = (row) => ["busy", "no_answer", "failed"].includes(row.state);

/** What may be done in this call, by this person. */
export function possible(line) {
  const none = { hold: false, mute: false, add: false, handOver: false, takeBack: false, modes: false };
  if (!line?.row) return none;
  const rows = line.call.participants.filter(isHere);
  const caller = rows.find((row) => row.kind === "caller");
  const thirds = rows.filter((row) => row.kind === "third");
  const listens = line.row.kind === "supervisor";
  return {
    hold: Boolean(caller) && !listens,
    held: Boolean(caller?.held),
    mute: line.row.mode !== "listen",
    muted: line.row.muted,
    add: !listens,
    handOver: !listens && thirds.length > 0,
    third: thirds.at(-1) ?? null,
    takeBack: !listens && thirds.length > 0 && Boolean(caller?.held),
    modes: listens,
  };
}

/** Why a call stands before all others: whose line was lost. Empty when it does not. */
export function returnedText(call) {
  if (!call.returned_at) return "";
  return fill(gettext("returned: the line of %(name)s was lost"), {
    name: call.returned_from ?? gettext("the dispatcher"),
  });
}
