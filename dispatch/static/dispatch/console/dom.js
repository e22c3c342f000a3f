/** Small hands for the page: make elements, change only what differs, keep rows by key. Text only, never HTML. */

/**
 * `h("span", "cut mid", "text", child…)`, or with properties: `h("button", { class: "btn", type: "button" }, …)`.
 * @param {string} tag
 * @param {string|object|null} properties a class name, or attributes; `on…` are listeners
 * @param {...(Node|string|null|undefined|false)} children
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  const given = typeof properties === "string" ? { class: properties } : (properties ?? {});
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A key cap. */
export const kbd = (key) => h("kbd", null, key);

export function setText(element, text) {
  const wanted = text ?? "";
  if (element.textContent !== wanted) element.textContent = wanted;
}

export function setClass(element, name, wanted) {
  if (element.classList.contains(name) !== Boolean(wanted)) element.classList.toggle(name, Boolean(wanted));
}

export function setAttribute(element, name, value) {
  if (value === null || value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

export function show(element, wanted) {
  // An attribute, not the property: shapes (SVG) have no such property.
  if (element.hasAttribute("hidden") === Boolean(wanted)) element.toggleAttribute("hidden", !wanted);
}

/** @type {WeakMap<Element, Map<string, Element>>} */
const rowsOf = new WeakMap();

/**
 * Make the children of `parent` those of `items`, in their order; a row keeps its element as long as its key lives.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {{key: (item: T) => string, create: (item: T) => Element & {update?: (item: T) => void}}} how
 */
export function keyed(parent, items, { key, create }) {
  if (!rowsOf.has(parent)) rowsOf.set(parent, new Map());
  const rows = rowsOf.get(parent);
  const wanted = new Set(items.map(key));
  for (const [id, row] of rows) {
    if (wanted.has(id)) continue;
    row.remove();
    rows.delete(id);
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    let row = rows.get(key(item));
    if (!row) {
      row = create(item);
      rows.set(key(item), row);
    }
    row.update?.(item);
    if (row === place) place = place.nextElementSibling;
    else parent.insertBefore(row, place);
  }
}

/** Replace all children only when the text of what is shown differs. */
export function once(element, signature, make) {
  if (element.dataset.drawn === signature) return;
  element.dataset.drawn = signature;
  element.replaceChildren(...make());
}

/** Is the person typing somewhere, so that single letters are letters? */
export function isTyping(target) {
  return (
    target instanceof Element &&
    target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select")
  );
}
