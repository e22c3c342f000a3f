/** Who has called: one line for each call of the incident, the way to it. */
import { channelSymbol, icon } from "#realtime/icons";
import { fill, gettext } from "#realtime/words";
import { lastWords } from "#console/board";
import { stateText } from "#console/callback";
import { h, keyed, setAttribute, setText, show } from "#console/dom";

export class CaseCallers {
  name = "callers";

  constructor(app) {
    this.app = app;
    this.title = h("b", null, gettext("Callers"));
    this.count = h("span", null);
    this.callers = h("div", "callers");
    this.element = h("div", "section", h("div", "sec", this.title, this.count), this.callers);
  }

  focus() {
    this.callers.querySelector("button")?.focus();
  }

  render(subject) {
    const { incident, calls } = subject;
    setText(this.count, incident ? String(incident.call_ids.length) : "");
    keyed(this.callers, incident ? calls : [], { key: (row) => row.id, create: (row) => this.#caller(row) });
    show(this.element, incident && calls.length);
  }

  #caller(call) {
    const who = h("span", "strong");
    const said = h("span", "cut mid");
    const state = h("span", "dim");
    const time = h("span", "num");
    const open = () => this.app.ui.choose("call", call.id);
    const row = h(
      "button",
      { type: "button", class: "caller plain", onclick: open },
      icon(channelSymbol(call.channel)),
      who,
      said,
      state,
      time,
    );
    row.update = (now) => {
      setText(who, this.app.callerText(now));
      const pictures = now.messages.reduce((sum, message) => sum + message.media.length, 0);
      const words = lastWords(now);
      const parts = [now.caller ? now.caller_name : null, words ? `“${words}”` : null];
      if (pictures) parts.push(fill(gettext("%(count)s picture(s)"), { count: pictures }));
      setText(said, parts.filter(Boolean).join(" · "));
      setAttribute(said, "title", words);
      setText(state, stateText(now));
      setText(time, this.app.time(now.received_at));
    };
    return row;
  }
}
