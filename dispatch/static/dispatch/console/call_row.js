/** One line of the calls panel: who, how often, why later, since when, and where. */
import { channelSymbol, icon, sourceSymbol, swapIcon } from "#realtime/icons";
import { channelName, fill, gettext, sourceName } from "#realtime/words";
import { isWaiting, judged, lastWords, placeOf } from "#console/board";
import { stateText } from "#console/callback";
import { h, setAttribute, setClass, setText, show } from "#console/dom";
import { historyText, loweredText } from "#console/history";
import { returnedText } from "#console/line_model";

/** @param {import("./calls.js").Calls} panel whose marks (dense, just judged) the line shows */
export function callRow(panel, call) {
  const { app } = panel;
  const channel = icon(channelSymbol(call.channel));
  const spoken = h("span", "vh", channelName(call.channel));
  const who = h("span", call.caller ? "no" : "cut");
  const tag = h("span", "tag");
  const lowered = h("span", "warn");
  const past = h("span", null);
  const third = h("span", "l3", lowered, past);
  const age = h("span", "num");
  const source = icon("l-text");
  const where = h("span", "cut");
  const state = h("span", "state");
  const second = h("span", "l2", source, where, state);
  const row = h("div", { class: "call", role: "option", id: `call-${call.id}`, "data-id": call.id });
  row.append(channel, h("span", "l1", spoken, who, tag), age, second, third);
  row.update = ({ call: now, others }) => {
    setClass(row, "dense", panel.dense);
    const picked = app.ui.pickedCall === now.id;
    setClass(row, "pick", picked);
    setAttribute(row, "aria-selected", picked ? "true" : "false");
    setText(who, app.callerText(now));
    const times = Math.max(others + 1, now.repeats);
    const fresh = isWaiting(now) ? 0 : (app.reading?.fresh(now).length ?? 0);
    const marks = [
      times > 1 ? `×${times}` : "",
      now.recovered ? gettext("recovered") : "",
      fresh ? fill(gettext("%(count)s unread"), { count: fresh }) : "",
    ];
    setClass(tag, "warn", fresh);
    setText(tag, marks.filter(Boolean).join(" "));
    show(tag, marks.some(Boolean));
    const why = returnedText(now) || loweredText(now);
    setText(lowered, why);
    show(lowered, why);
    const told = historyText(now.history, app);
    setText(past, told.short);
    setAttribute(past, "title", told.long);
    show(past, told.short);
    show(third, why || told.short);
    showAge(app, age, now);
    // In a crowd each call has one line: why it is so far down comes first in it.
    showWhere(app, source, where, now, panel.dense ? why : "");
    setText(state, whoOrState(panel, now));
  };
  return row;
}

function whoOrState(panel, call) {
  if (panel.justJudged.includes(call)) return panel.app.dispositionName(call.disposition);
  return (
    (call.status === "answered" && call.direction !== "out" && !call.handed_over_at
      ? call.answered_by?.name
      : null) ?? stateText(call)
  );
}

function showAge(app, element, call) {
  const seconds = app.clock.ageS(isWaiting(call) ? call.received_at : (call.ended_at ?? call.answered_at));
  const level = isWaiting(call) ? judged("answer", seconds, app.limits.answer_s)?.level : "ok";
  const wanted = level === "over" ? "num timer over" : level === "near" ? "num timer near" : "num strong";
  if (element.className !== wanted) element.className = wanted;
  setText(element, app.age(isWaiting(call) ? call.received_at : (call.ended_at ?? call.answered_at)));
}

function showWhere(app, source, where, call, first) {
  const best = placeOf(call);
  const words = lastWords(call);
  swapIcon(
    source,
    words && (!best || best.source === "text") ? "l-text" : sourceSymbol(best?.source ?? "network"),
  );
  const place = best ? `${app.radius(best.radius_m)} ${best.label ?? sourceName(best.source)}` : null;
  const text = words && (!best || best.source === "text") ? `“${words}”` : place;
  const known = text ?? gettext("position unknown");
  setText(where, first ? `${first} · ${known}` : known);
  setClass(where, "near", first);
  setAttribute(where, "title", words ?? place);
}
