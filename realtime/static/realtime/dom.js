/** Making and changing elements without ever writing markup from data. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `text`, `on<event>`, else an attribute; true = present, null or false = absent
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value ?? "";
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else setState(element, name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Set an attribute, or remove it when the value is null or false; the page is touched only by a change. */
export function setState(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** @param {Element} element @param {string | number | null} text */
export function setText(element, text) {
  const wanted = text === null || text === undefined ? "" : String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** A key cap; the accessible name of the control says it in `aria-keyshortcuts`. @param {string} keys */
export function cap(keys) {
  return h("kbd", { text: keys });
}

const lists = new WeakMap();

/**
 * Keep a list of elements in step with rows, by key: what has not changed is not touched, the focus stays.
 * @template Row
 * @param {Element} parent holds nothing but this list
 * @param {Row[]} rows compared by their JSON
 * @param {{key: (row: Row) => string, make: (row: Row) => HTMLElement,
 *   update?: (element: HTMLElement, row: Row) => void}} how `update` also runs right after `make`
 */
export function keyed(parent, rows, { key, make, update = () => {} }) {
  const before = lists.get(parent) ?? new Map();
  const wanted = new Map(rows.map((row) => [String(key(row)), row]));
  const focused = document.activeElement;
  for (const [id, kept] of before) if (!wanted.has(id)) kept.element.remove();
  const entries = new Map();
  let cursor = parent.firstElementChild;
  for (const [id, row] of wanted) {
    const kept = before.get(id);
    const element = kept?.element ?? make(row);
    const signature = JSON.stringify(row);
    if (!kept) element.dataset.key = id;
    if (kept?.signature !== signature) update(element, row);
    entries.set(id, { element, signature });
    if (element === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(element, cursor);
  }
  lists.set(parent, entries);
  if (focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}
