/** Small tools to fill a page that the server wrote. Text only: nothing is ever parsed as markup. */
import { icon, priorityBadge, statusSymbol } from "#realtime/icons";
import { priorityName, statusName } from "#realtime/words";

/** The element that carries `data-slot="name"`. */
export const slot = (name, root = document) => root.querySelector(`[data-slot="${name}"]`);

/** Write text only when it differs, so that a screen reader is not told the same twice. */
export function write(name, text, root = document) {
  const element = slot(name, root);
  const words = text ?? "";
  if (element.textContent !== words) element.textContent = words;
  return element;
}

/** Write a line and hide it when there is nothing to say. */
export function line(name, text, root = document) {
  write(name, text, root).hidden = !text;
}

/**
 * @param {string} tag
 * @param {{className?: string, text?: string, attributes?: Record<string, string>}} options
 * @param {...Node} children
 */
export function make(tag, { className, text, attributes = {} } = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Shape, word and colour of a status. */
export function statusMark(status, words = statusName(status)) {
  const mark = make("span", { className: "st" }, icon(statusSymbol(status)), make("span", { text: words }));
  mark.style.color = `var(--st-${status})`;
  return mark;
}

export const badge = (priority) => priorityBadge(priority, priorityName(priority));

/** Put other children in, but only when what they were made of has changed. */
export function refill(element, key, children) {
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.replaceChildren(...children());
}
