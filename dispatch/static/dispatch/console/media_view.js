/** What a citizen sent, small in the conversation and large over the page. */
import { icon } from "#realtime/icons";
import { durationText } from "#realtime/time";
import { fill, gettext } from "#realtime/words";
import { mediaKind, mediaText } from "#console/conversation";
import { h } from "#console/dom";

const THUMB_WIDTH_PX_MAX = 180;
const THUMB_HEIGHT_PX_MAX = 120;

const address = (media, variant) => `/api/v1/media/${media.id}/${variant}`;

/** @param {any} media @param {string} from who sent it @param {import("./app.js").App} app */
export function mediaView(media, from, app) {
  const told = mediaText(media);
  if (told) return notShown(media, told, app);
  if (media.kind === "sound") {
    const label = fill(gettext("Voice note of %(who)s"), { who: from });
    const player = h("audio", {
      controls: true,
      preload: "none",
      src: address(media, "full"),
      "aria-label": label,
    });
    return h("div", "voice", player, h("span", "num dim", durationText(media.duration_s)), shortened(media));
  }
  const words = fill(media.kind === "film" ? gettext("Video of %(who)s") : gettext("Picture of %(who)s"), {
    who: from,
  });
  const size = thumbSize(media);
  const image = h("img", { src: address(media, "thumb"), alt: "", loading: "lazy", ...size });
  const mark = media.kind === "film" ? h("span", "play num", "▶ ", durationText(media.duration_s)) : null;
  const open = h(
    "button",
    {
      type: "button",
      class: "thumb plain",
      "aria-label": fill(gettext("%(what)s, open large"), { what: words }),
    },
    image,
    mark,
  );
  open.addEventListener("click", () => showLarge(media, words));
  return h("div", "shot", open, shortened(media));
}

/** Known before the picture is there, so that nothing moves while it comes. */
function thumbSize({ width, height }) {
  if (!width || !height) return {};
  const share = Math.min(1, THUMB_WIDTH_PX_MAX / width, THUMB_HEIGHT_PX_MAX / height);
  return { width: Math.round(width * share), height: Math.round(height * share) };
}

function shortened(media) {
  return media.problem === "shortened" ? h("span", "dim", gettext("only the beginning is kept")) : null;
}

function notShown(media, told, app) {
  const again =
    media.state === "lost" || media.state === "kept"
      ? h("button", { type: "button", class: "btn small" }, gettext("Fetch again"))
      : null;
  again?.addEventListener("click", () => app.act("media.fetch_again", { media_id: media.id }));
  return h("p", "notshown", icon("u-camera"), h("span", null, told), again);
}

/** Over the page until Esc; the focus goes back to where it was. */
function showLarge(media, words) {
  const source = address(media, "full");
  const content =
    media.kind === "film"
      ? h("video", { src: source, controls: true, autoplay: true, "aria-label": words })
      : h("img", { src: source, alt: words });
  const close = h("button", { type: "button", class: "btn" }, gettext("Close"), h("kbd", null, "Esc"));
  const head = h(
    "header",
    null,
    h("b", null, words),
    h("span", "dim", mediaKind(media)),
    h("span", "fill"),
    close,
  );
  const dialog = h("dialog", { class: "large", "aria-label": words }, head, content);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // F1 must not answer behind it
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
