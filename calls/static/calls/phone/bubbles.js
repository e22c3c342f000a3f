/** What was heard and written, as bubbles: the centre's on the left, the person's own on the right. */

import { el, word } from "#phone/dom";
import { icon } from "#realtime/icons";

const LINK = /(https?:\/\/[^\s<>"']+)/;
const SHORT_PATH_CHARS = 34;

/** Words in which addresses can be clicked. */
export function linked(text) {
  return text.split(LINK).map((part) => {
    if (!LINK.test(part)) return part;
    const shown = part.replace(/^https?:\/\//, "");
    const label = shown.length > SHORT_PATH_CHARS ? `${shown.slice(0, SHORT_PATH_CHARS)}…` : shown;
    return el("a", { href: part, target: "_blank", rel: "noopener" }, [label]);
  });
}

export function caption(one) {
  if (one.kind === "play" || one.kind === "tone") {
    return el("li.music", {}, [`♪ ${one.kind === "play" ? word("music") : one.text}`]);
  }
  if (one.kind === "note") {
    const text = one.text === "application error" ? word("trouble") : one.text;
    return el("li.note", {}, [text]);
  }
  const mine = one.kind === "own";
  return el(mine ? "li.mine" : `li.theirs.${one.kind}`, { lang: one.language || null }, [one.text]);
}

export function message(one) {
  const parts = [];
  if (one.aml) return el("li.note", {}, [icon("l-aml"), word("aml_sent")]);
  if (one.pin) parts.push(el("span.pin", {}, [icon("l-pin"), one.pin.join(", ")]));
  for (const kind of one.media) {
    const picture = kind.startsWith("image/");
    parts.push(el("span.pin", {}, [icon("u-camera"), word(picture ? "image" : "attachment")]));
  }
  if (one.text) parts.push(el("span", {}, linked(one.text)));
  parts.push(el("small", {}, [icon(`c-${one.channel}`), clock(one.at), mark(one)]));
  return el(one.mine ? "li.mine" : "li.theirs", {}, parts);
}

function clock(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

function mark(one) {
  if (one.mine) return one.status === "failed" ? ` · ${word("not_taken")}` : "";
  if (one.status === "failed" || one.status === "undelivered")
    return ` · ${word("failed")} ${one.error ?? ""}`;
  return one.status === "delivered" ? ` · ${word("delivered")}` : "";
}

/** Make the list show exactly these; what is there already stays, and the end stays in view. */
export function fill(list, rows, keyOf, make) {
  const keys = rows.map(keyOf);
  const had = [...list.children].map((child) => child.dataset.key);
  if (keys.length === had.length && keys.every((key, at) => key === had[at])) return false;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  list.replaceChildren(
    ...rows.map((row, at) => {
      const child = old.get(keys[at]) ?? make(row);
      child.dataset.key = keys[at];
      return child;
    }),
  );
  if (atEnd) list.scrollTop = list.scrollHeight;
  return true;
}
