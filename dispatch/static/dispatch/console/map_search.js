/** Search for a place on the map, as it is typed; the chosen one is shown and proposed as the place of what is in hand. */
import { getJson } from "#realtime/page";
import { gettext, placeKindName } from "#realtime/words";
import { h, keyed, setAttribute, setText, show } from "#console/dom";

const WAIT_MS = 120;
const LETTERS_MIN = 2;
const LETTERS_MAX = 200; // as maps/views.py: QUERY_CHARACTERS_MAX
const SHOWN_MAX = 8;

export class MapSearch {
  /** @param {any} map @param {HTMLElement} host @param {(place: any) => void} choose */
  constructor(map, host, choose) {
    Object.assign(this, { map, choose });
    this.places = [];
    this.input = h("input", {
      class: "in",
      type: "search",
      role: "combobox",
      autocomplete: "off",
      maxlength: LETTERS_MAX,
      placeholder: gettext("Find a place"),
      "aria-label": gettext("Find a place on the map"),
      "aria-expanded": "false",
      "aria-controls": "map-found",
    });
    this.list = h("div", { class: "map-found", id: "map-found", role: "listbox" });
    this.element = h("div", "map-search", this.input, this.list);
    this.element.addEventListener("keydown", (event) => this.#key(event));
    for (const type of ["mousedown", "dblclick", "wheel", "click", "contextmenu"])
      this.element.addEventListener(type, (event) => event.stopPropagation());
    this.input.addEventListener("input", () => this.#later());
    this.input.addEventListener("blur", () => setTimeout(() => this.#show([]), WAIT_MS));
    this.#show([]);
    host.append(this.element);
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  #later() {
    this.#forget();
    this.timer = setTimeout(() => this.#ask(this.#text), WAIT_MS);
  }

  get #text() {
    return this.input.value.trim();
  }

  /** Whatever is still under way answers nothing any more. */
  #forget() {
    clearTimeout(this.timer);
    this.asked = null;
    this.takesFirst = false;
  }

  async #ask(text) {
    this.asked = text;
    if (text.length < LETTERS_MIN) return this.#show([]);
    const { lat, lng } = this.map.getCenter();
    const query = new URLSearchParams({
      q: text,
      near: `${lat.toFixed(5)},${lng.toFixed(5)}`,
      limit: SHOWN_MAX,
    });
    const found = await getJson(`/api/v1/places?${query}`).catch(() => null);
    if (this.asked !== text) return undefined;
    this.listed = text;
    if (found === null) return this.#show([], gettext("The search does not answer."));
    this.#show(found.places, found.places.length ? null : gettext("No such place."));
    if (this.takesFirst && found.places.length) this.#take(this.places[0]);
    return undefined;
  }

  /** @param {any[]} places @param {string|null} words said where there are none */
  #show(places, words = null) {
    this.places = places.map((place, at) => ({ ...place, key: `${at}:${place.id ?? place.name}` }));
    this.marked = 0;
    keyed(this.list, this.places, { key: (place) => place.key, create: (place) => this.#row(place) });
    this.none ??= h("p", { class: "dim", role: "status" });
    setText(this.none, words);
    if (words) this.list.append(this.none);
    else this.none.remove();
    show(this.list, places.length || words);
    setAttribute(this.input, "aria-expanded", places.length ? "true" : "false");
    this.#mark();
  }

  #row(place) {
    const row = h(
      "div",
      { role: "option", id: `map-found-${place.key}`, onmousedown: () => this.#take(place) },
      h("b", "cut", place.name),
      h("span", "dim cut", [placeKindName(place.kind), place.context].filter(Boolean).join(" · ")),
    );
    row.update = () => {};
    return row;
  }

  #mark() {
    const rows = [...this.list.querySelectorAll("[role=option]")];
    for (const [at, row] of rows.entries())
      setAttribute(row, "aria-selected", at === this.marked ? "true" : "false");
    setAttribute(this.input, "aria-activedescendant", rows[this.marked]?.id ?? null);
  }

  #take(place) {
    this.#forget();
    this.#show([]);
    this.input.value = place.name;
    this.choose(place);
  }

  /** The list may still be that of the letters before: then the first of what is typed now is taken when it comes. */
  #enter() {
    if (this.listed === this.#text && this.places.length) return this.#take(this.places[this.marked]);
    clearTimeout(this.timer);
    this.takesFirst = true;
    return this.asked === this.#text ? undefined : this.#ask(this.#text);
  }

  #key(event) {
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.places.length) {
      this.marked = (this.marked + step + this.places.length) % this.places.length;
      this.#mark();
    } else if (event.key === "Enter") this.#enter();
    else if (event.key === "Escape") {
      this.#forget();
      this.input.value = "";
      this.#show([]);
      this.map.getContainer().focus();
    } else return;
    event.preventDefault();
  }
}
