/** The caller's telephone as evidence: one key sends the link, or shows the code to read aloud; photos that came by it. */
import { fill, gettext } from "#realtime/words";
import { h, kbd, keyed, setAttribute, setClass, setText, show } from "#console/dom";
import { callToShare, canShare, sharedLocation, sharePhase } from "#console/sharing";

const OLD_S = 90; // nothing for so long: the telephone is dark, off or without a network

export class CaseShare {
  name = "share";

  constructor(app) {
    this.app = app;
    this.state = h("span", { class: "grow", role: "status" });
    this.code = h("b", { class: "num", title: gettext("Read aloud, digit by digit") });
    this.where = h("span", "mid");
    this.aloud = h("div", "aloud", this.where, this.code);
    this.send = h("button", { type: "button", class: "btn", onclick: () => this.ask() });
    this.sendText = h("span", null);
    this.send.append(this.sendText, kbd("Alt I"));
    this.end = h(
      "button",
      { type: "button", class: "btn", onclick: () => this.#act("call.end_sharing") },
      gettext("Withdraw the link"),
    );
    this.pictures = h("div", { class: "pictures", role: "list" });
    const head = h("div", "sec", h("b", null, gettext("The caller's telephone")), this.state);
    this.element = h(
      "div",
      "section sharing",
      head,
      this.aloud,
      h("div", "row", this.send, this.end),
      this.pictures,
    );
  }

  /** Alt I: the link goes to the caller; where none can, the code is read aloud. */
  async ask() {
    const reply = await this.#act("call.share_location");
    if (!reply?.ok) return;
    const { sent_by: sentBy, spoken } = reply.result;
    this.app.say(
      sentBy
        ? fill(gettext("The link was sent. If it does not arrive, read aloud: %(code)s"), { code: spoken })
        : fill(gettext("No message reaches this caller. Read aloud: %(code)s"), { code: spoken }),
    );
  }

  #act(name) {
    return this.call ? this.app.act(name, { call_id: this.call.id }) : undefined;
  }

  render(subject) {
    const call = callToShare(subject);
    this.call = canShare(call) ? call : null;
    const share = call?.share ?? null;
    const phase = sharePhase(share, this.app.clock.now());
    const live = phase === "waiting" || phase === "sharing" || phase === "stopped";
    const all = subject.incident ? subject.calls : [call];
    const pictures = all.flatMap((one) => one?.pictures ?? []);
    show(this.element, this.call || share || pictures.length);
    setText(this.state, this.#words(call, share, phase));
    setClass(this.state, "warn", phase === "stopped" || this.#isOld(call, phase));
    show(this.aloud, live && phase !== "sharing");
    setText(this.where, share ? share.url.replace(/^https?:\/\//, "").replace(/\d+$/, "") : "");
    setText(this.code, share?.spoken);
    setText(this.sendText, live ? gettext("Send the link again") : gettext("Send a position link"));
    show(this.send, this.call && phase !== "sharing");
    show(this.end, this.call && live);
    keyed(this.pictures, pictures, { key: (one) => one.id, create: (one) => this.#picture(one) });
    show(this.pictures, pictures.length);
  }

  #isOld(call, phase) {
    const at = phase === "sharing" ? sharedLocation(call)?.at : null;
    return Boolean(at) && this.app.clock.ageS(at) > OLD_S;
  }

  #words(call, share, phase) {
    if (phase === "none") return "";
    if (phase === "over") return gettext("the link has ended");
    if (phase === "stopped") return gettext("the caller has stopped sharing");
    if (phase === "waiting") {
      return share.sent_by
        ? fill(gettext("link sent %(age)s ago, not opened yet"), { age: this.app.age(share.sent_at) })
        : gettext("read the code aloud");
    }
    const location = sharedLocation(call);
    if (!location) return gettext("opened, no position yet");
    return fill(gettext("sharing: %(radius)s, %(age)s ago"), {
      radius: this.app.radius(location.radius_m),
      age: this.app.age(location.at),
    });
  }

  #picture(picture) {
    const address = `/api/v1/pictures/${picture.id}`;
    const title = fill(gettext("Photo of the caller, %(time)s"), { time: this.app.time(picture.at) });
    const image = h("img", { src: address, alt: title, loading: "lazy", height: "72" });
    image.addEventListener("error", () => setAttribute(image, "src", null), { once: true });
    return h(
      "a",
      { href: address, target: "_blank", rel: "noopener", role: "listitem", title },
      image,
      h("span", "num", this.app.time(picture.at)),
    );
  }
}
