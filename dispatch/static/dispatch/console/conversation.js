/** A conversation as it is read: both sides in order, what became of our words, what is new. Pure. */
import { fill, gettext } from "#realtime/words";

export const BOARD_MESSAGES_MAX = 20; // so many of a call come with the board; older ones are asked for
const WINDOW_NEAR_S = 3600;
const TEXT = new Set(["whatsapp", "sms", "app"]);
const LIVE = new Set(["ringing", "queued", "answered"]);

export const isText = (call) => TEXT.has(call?.channel);
export const isLive = (call) => LIVE.has(call?.status);

const inOrder = (a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1);

/** All messages of these calls, each once: what the board says is newer than what was read as a page. */
export function thread(calls, older = []) {
  const known = new Map(older.map((message) => [message.id, message]));
  for (const call of calls) {
    for (const message of call.messages ?? []) known.set(message.id, { ...message, call_id: call.id });
  }
  return [...known.values()].sort(inOrder);
}

/** May there be more than the board has? */
export const mayHaveOlder = (calls) =>
  calls.some((call) => (call.messages?.length ?? 0) >= BOARD_MESSAGES_MAX);

const DELIVERY = {
  queued: () => gettext("waiting to be sent"),
  sent: () => gettext("sent"),
  delivered: () => gettext("delivered"),
  read: () => gettext("read"),
  failed: () => gettext("NOT DELIVERED"),
};
const REASONS = {
  window_closed: () => gettext("the citizen has not written for 24 hours; send an approved template"),
  no_whatsapp: () => gettext("this number has no WhatsApp"),
  held_back: () => gettext("the network held it back"),
  too_many: () => gettext("too many messages at once"),
  account: () => gettext("the account at the provider is blocked or without money"),
  unreachable: () => gettext("the telephone is off or out of reach"),
  blocked: () => gettext("the citizen has blocked this number"),
  unknown_number: () => gettext("this number does not exist"),
  no_sms: () => gettext("this number takes no SMS"),
  not_sent: () => gettext("the provider did not take it"),
  no_receipt: () => gettext("taken by the provider, no sign that it arrived"),
};

export function deliveryText(message) {
  const word = DELIVERY[message.delivery]?.();
  if (!word) return "";
  return message.delivery === "failed" ? `${word}: ${reasonText(message.reason, message.error_code)}` : word;
}

export function reasonText(reason, code = null) {
  const known = REASONS[reason]?.();
  if (known) return known;
  return code ? fill(gettext("the provider says error %(code)s"), { code }) : gettext("no reason was given");
}

/** @returns {{state: "none"|"open"|"near"|"closed", leftS: number|null}} how long free words are still allowed */
export function windowOf(call, clock) {
  if (call?.channel !== "whatsapp" || !call.window_ends_at) return { state: "none", leftS: null };
  const leftS = (Date.parse(call.window_ends_at) - clock.now()) / 1000;
  if (leftS <= 0) return { state: "closed", leftS: 0 };
  return { state: leftS < WINDOW_NEAR_S ? "near" : "open", leftS };
}

/** @returns {null|"asked"|"answered"} whether we have asked for a position, and got one since */
export function locationAsk(call) {
  if (!call?.location_asked_at) return null;
  const came = (call.locations ?? []).some(
    (one) => ["whatsapp", "share_link"].includes(one.source) && one.at > call.location_asked_at,
  );
  return came ? "answered" : "asked";
}

const KINDS = {
  picture: () => gettext("picture"),
  sound: () => gettext("voice note"),
  film: () => gettext("video"),
};
const PROBLEMS = {
  unknown_kind: () => gettext("a kind that cannot be shown"),
  damaged: () => gettext("damaged"),
  empty: () => gettext("empty"),
  too_large: () => gettext("too large"),
  too_many_pixels: () => gettext("too large to open safely"),
  too_big_to_open: () => gettext("too large to open safely"),
  too_long_to_open: () => gettext("too large to open safely"),
  address: () => gettext("it does not lie at the provider"),
  private_address: () => gettext("it does not lie at the provider"),
  redirects: () => gettext("it does not lie at the provider"),
  disk_full: () => gettext("the disk is full"),
};

/** What a file is: our own word once it was opened, else the sender's. */
export function mediaKind(media) {
  const told = (media.content_type ?? "").split("/")[0];
  const guessed = { image: "picture", audio: "sound", video: "film" }[told];
  return KINDS[media.kind ?? guessed]?.() ?? media.content_type ?? gettext("file");
}

/** The sentence in place of a file that is not there to be seen; null: it is. */
export function mediaText(media) {
  const kind = mediaKind(media);
  const why = PROBLEMS[media.problem]?.();
  switch (media.state) {
    case "ready":
      return null;
    case "waiting":
      return why
        ? fill(gettext("%(kind)s received, not fetched yet: %(why)s"), { kind, why })
        : fill(gettext("%(kind)s received, being fetched…"), { kind });
    case "refused": {
      const named = { kind: media.content_type || kind, why: why ?? gettext("it cannot be shown") };
      return fill(gettext("A file of kind %(kind)s was received and is not shown: %(why)s"), named);
    }
    case "removed":
      return fill(gettext("%(kind)s removed: its time is up"), { kind });
    default:
      return fill(gettext("%(kind)s received, could not be fetched from the provider"), { kind });
  }
}

/** What this person has not read yet, call by call. */
export class Reading {
  #readTo = new Map();

  #since = null;

  /** What the board had when the page was opened is not new. */
  begin(calls) {
    if (this.#since !== null) return;
    this.#since =
      calls
        .flatMap((call) => (call.messages ?? []).map((one) => one.at))
        .sort()
        .at(-1) ?? "";
  }

  /** Messages of the citizen after the last that was read. */
  fresh(call) {
    if (this.#since === null) return [];
    const edge = this.edge(call.id);
    return (call.messages ?? []).filter((one) => one.direction === "in" && one.at > edge);
  }

  edge(callId) {
    return this.#readTo.get(callId) ?? this.#since ?? "";
  }

  read(call) {
    const last = (call.messages ?? []).at(-1);
    if (last && last.at > this.edge(call.id)) this.#readTo.set(call.id, last.at);
  }
}
