/** The city as a drawing: a click on it is a position. */

import { boot, button, el, show, word } from "#phone/dom";

const EARTH_M = 6378137;
const RADIUS_M = 25;
// A letter and a line of a name on the drawing.
const LETTER_M = 195;
const LINE_M = 430;
const DEGREE = Math.PI / 180;

/** Metres of the drawing (Mercator, from its centre, y downwards) to degrees and back. */
export function positionOf(x, y, [lat, lng] = boot.centre) {
  const north = Math.log(Math.tan(Math.PI / 4 + (lat * DEGREE) / 2)) - y / EARTH_M;
  return {
    lat: (2 * Math.atan(Math.exp(north)) - Math.PI / 2) / DEGREE,
    lng: lng + x / EARTH_M / DEGREE,
  };
}

export function pointOf(position, [lat, lng] = boot.centre) {
  const mercator = (degrees) => Math.log(Math.tan(Math.PI / 4 + (degrees * DEGREE) / 2));
  return {
    x: (position.lng - lng) * DEGREE * EARTH_M,
    y: (mercator(lat) - mercator(position.lat)) * EARTH_M,
  };
}

/** Names that would lie on one another leave; the first of them stays. */
function thinOut(labels) {
  const kept = [];
  for (const label of labels) {
    const [x, y] = [Number(label.getAttribute("x")), Number(label.getAttribute("y"))];
    const half = (label.textContent.length * LETTER_M) / 2;
    if (kept.some((one) => Math.abs(one.x - x) < one.half + half && Math.abs(one.y - y) < LINE_M))
      label.remove();
    else kept.push({ x, y, half });
  }
}

/** A chooser inside a telephone. `send(kind, position)`, kind "pin" or "aml". */
export class PlaceChooser {
  #position = { lat: boot.centre[0], lng: boot.centre[1] };
  #svg;
  #mark;
  #lat = this.#field("latitude", "lat");
  #lng = this.#field("longitude", "lng");

  constructor(send, close) {
    this.#svg = document.getElementById("city").content.cloneNode(true).querySelector("svg");
    this.#svg.setAttribute("role", "img");
    this.#svg.setAttribute("aria-label", word("choose_pin"));
    this.#mark = this.#svg.querySelector(".here");
    thinOut([...this.#svg.querySelectorAll("text")]);
    this.#svg.addEventListener("click", (event) => this.#clicked(event));
    this.pin = button("primary", "l-pin", word("send_pin"), () => send("pin", { ...this.#position }));
    this.aml = button("plain", "l-aml", word("send_aml"), () =>
      send("aml", { ...this.#position, radius_m: RADIUS_M }),
    );
    const fields = [
      el("label", {}, [word("latitude"), this.#lat]),
      el("label", {}, [word("longitude"), this.#lng]),
    ];
    this.element = el("section.place", { hidden: true }, [
      el("p", {}, [word("choose_pin")]),
      this.#svg,
      el("div.row", {}, fields),
      el("div.row", {}, [this.pin, this.aml, button("plain", null, word("close"), close)]),
    ]);
    this.#show();
  }

  open(wanted) {
    show(this.element, wanted);
    if (wanted) this.#lat.focus({ preventScroll: true });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  #field(label, name) {
    const made = el("input", { inputmode: "decimal", autocomplete: "off", "aria-label": word(label) });
    made.addEventListener("change", () => this.#typed(name, made.value));
    return made;
  }

  #typed(name, text) {
    const value = Number.parseFloat(text.replace(",", "."));
    const limit = name === "lat" ? 85 : 180;
    if (Number.isFinite(value) && Math.abs(value) <= limit) this.#position[name] = value;
    this.#show();
  }

  #clicked(event) {
    const matrix = this.#svg.getScreenCTM();
    if (!matrix) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    this.#position = positionOf(at.x, at.y);
    this.#show();
  }

  #show() {
    this.#lat.value = this.#position.lat.toFixed(6);
    this.#lng.value = this.#position.lng.toFixed(6);
    const { x, y } = pointOf(this.#position);
    this.#mark.removeAttribute("hidden");
    this.#mark.setAttribute("transform", `translate(${x} ${y})`);
  }
}
