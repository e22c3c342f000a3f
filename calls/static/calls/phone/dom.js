/** Small helpers for building the page without markup in strings, and its words. */

import { icon } from "#realtime/icons";

export const boot = JSON.parse(document.getElementById("boot").textContent);

/** A word of the page; `{name}` in it is filled in. */
export function word(key, values = {}) {
  const text = boot.words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/**
 * An element with properties and children.
 * @param {string} tag "div", or "div.first.second"
 * @param {Record<string, unknown>} properties `on…` are listeners, the rest attributes; false leaves one away
 * @param {(Node | string | null)[]} children
 */
export function el(tag, properties = {}, children = []) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A button with a shape and its word. */
export function button(className, symbol, label, press) {
  const children = symbol ? [icon(symbol), el("span", {}, [label])] : [label];
  return el(`button.${className}`, { type: "button", onclick: press }, children);
}

/** Show or hide without moving focus. */
export function show(element, wanted) {
  if (element.hidden === wanted) element.hidden = !wanted;
}

/** Set the text only when it differs: a screen reader must not hear the same again. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** 0:07, 12:03 since an instant. */
export function since(iso, until = Date.now()) {
  const seconds = Math.max(0, Math.floor((until - Date.parse(iso)) / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}
