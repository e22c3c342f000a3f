/** Shapes from symbols.svg. The page names the file: <html data-symbols="…">. */

const SVG = "http://www.w3.org/2000/svg";

const KIND_SYMBOLS = { motorcycle: "k-motor", ambulance_boat: "k-ambulance-boat" };
const SOURCE_SYMBOLS = { whatsapp: "l-pin", share_link: "l-link" };
const SEVERITY_SYMBOLS = { mayday: "s-mayday" };

export const kindSymbol = (kind) => KIND_SYMBOLS[kind] ?? `k-${kind}`;
export const statusSymbol = (status) => `s-${status}`;
export const channelSymbol = (channel) => `c-${channel}`;
export const sourceSymbol = (source) => SOURCE_SYMBOLS[source] ?? `l-${source}`;
export const severitySymbol = (severity) => SEVERITY_SYMBOLS[severity] ?? `a-${severity}`;
export const prioritySymbol = (priority) => (priority >= 1 && priority <= 4 ? `p${priority}` : "p0");

/** The address of one symbol. */
export function symbolHref(id) {
  return `${document.documentElement.dataset.symbols}#${id}`;
}

/**
 * A shape without a word of its own; whoever uses it writes the word beside it.
 * @param {string} id a symbol's id
 * @param {string} className classes besides "i"
 */
export function icon(id, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className ? `i ${className}` : "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", symbolHref(id));
  svg.append(use);
  return svg;
}

/** The badge of a priority: shape, numeral and colour, with its words for those who do not see it. */
export function priorityBadge(priority, label) {
  const svg = icon(prioritySymbol(priority));
  svg.setAttribute("class", "prio");
  svg.removeAttribute("aria-hidden");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return svg;
}

/** Show another symbol in a shape that is on the page already. */
export function swapIcon(svg, id) {
  const use = svg.firstElementChild;
  const href = symbolHref(id);
  if (use.getAttribute("href") !== href) use.setAttribute("href", href);
}

/**
 * Take the shapes into the page. A `<use>` of a file is fetched again for every new one, and without a line that fails:
 * the priority and the status would lose their shapes just when nobody can be asked.
 */
export async function inlineShapes() {
  const file = document.documentElement.dataset.symbols;
  const response = await fetch(file);
  const shapes = new DOMParser().parseFromString(await response.text(), "image/svg+xml").documentElement;
  shapes.setAttribute("hidden", "");
  document.body.append(document.importNode(shapes, true));
  document.documentElement.dataset.symbols = "";
  for (const use of document.querySelectorAll("use")) {
    use.setAttribute("href", use.getAttribute("href").replace(/^.*#/, "#"));
  }
}
