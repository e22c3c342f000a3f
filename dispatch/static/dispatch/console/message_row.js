/** One message of a conversation: who, when, what, and what became of it. */
import { icon } from "#realtime/icons";
import { channelName, gettext } from "#realtime/words";
import { deliveryText } from "#console/conversation";
import { h, once, setClass, setText, show } from "#console/dom";
import { mediaView } from "#console/media_view";

const LONG_CHARS_MIN = 600;
const LONG_LINES_MIN = 10;

/** @param {import("./case_conversation.js").CaseConversation} part */
export function messageRow(part, message) {
  const { app } = part;
  const time = h("time", { class: "num", datetime: message.at });
  const who = h("b", "cut");
  const kind = h("span", "tag");
  const state = h("span", "state");
  const words = h("p", "said", message.text);
  const more = h("button", { type: "button", class: "plain more" }, gettext("Show all of it"));
  const pin = h("p", "pin");
  const files = h("div", "files");
  const fresh = h("p", "fresh", gettext("New"));
  const row = h("li", message.direction === "out" ? "msg ours" : "msg theirs");
  row.append(fresh, h("div", "who", time, who, kind, state), words, more, pin, files);
  const isLong = message.text.length > LONG_CHARS_MIN || message.text.split("\n").length > LONG_LINES_MIN;
  setClass(words, "folded", isLong);
  more.addEventListener("click", () => {
    setClass(words, "folded", false);
    show(more, false);
  });
  show(more, isLong);
  show(words, message.text);
  row.update = (now) => {
    setText(time, app.time(now.at));
    time.title = app.date(now.at);
    setText(who, part.sender(now));
    const marks = [KINDS[now.kind]?.(), now.recovered ? gettext("recovered") : null, part.channelOf(now)];
    setText(kind, marks.filter(Boolean).join(" · "));
    show(kind, marks.some(Boolean));
    const failed = now.delivery === "failed";
    once(state, `${now.delivery}${now.reason}`, () => [
      failed ? icon("a-warning") : now.delivery === "read" ? icon("u-check") : "",
      deliveryText(now),
    ]);
    setClass(state, "failed", failed);
    show(pin, now.pin);
    if (now.pin) once(pin, JSON.stringify(now.pin), () => pinWords(now.pin, part));
    const drawn = now.media.map((one) => `${one.id}${one.state}${one.problem}`).join();
    once(files, drawn || "none", () => now.media.map((one) => mediaView(one, part.sender(now), app)));
    show(fresh, part.firstFresh === now.id);
  };
  return row;
}

const KINDS = {
  template: () => gettext("template"),
  location_request: () => gettext("position asked"),
};

function pinWords(pin, part) {
  const button = h("button", { type: "button", class: "btn small" }, gettext("Show on map"));
  button.addEventListener("click", () => part.app.panel("map").showPlace(pin));
  return [icon("l-pin"), h("span", "cut", pin.label ?? gettext("Position")), button];
}

export const viaName = (channel) => channelName(channel);
