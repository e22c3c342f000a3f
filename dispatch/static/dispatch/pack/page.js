/**
 * The manual pack, read from this browser's own storage. It imports nothing and asks no server: every word it shows
 * was kept with the pack.
 */
const CACHE = "siaga-pack";
const ENTRY = "/console/pack.json";
const KEEP_MS_MAX = 12 * 3_600_000; // callers' numbers do not stay longer than a shift
const TICK_MS = 1000;
const ASK_EVERY_MS = 5000;
const ASK_MS_MAX = 4000;

const part = (name) => document.querySelector(`[data-${name}]`);

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function ageText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value) => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}

function section({ title, columns, rows, empty, form }) {
  const whole = element("section", null, form ? "form" : null);
  const head = element("tr");
  head.append(...columns.map((name) => element("th", name)));
  const table = element("table");
  const thead = element("thead");
  thead.append(head);
  const body = element("tbody");
  for (const row of rows) {
    const line = element("tr");
    line.append(...row.map((text) => element("td", text)));
    body.append(line);
  }
  table.append(thead, body);
  const count = form || !rows.length ? "" : ` (${rows.length})`;
  whole.append(element("h2", `${title}${count}`), rows.length ? table : element("p", empty));
  return whole;
}

async function read() {
  if (!("caches" in globalThis)) return null;
  const found = await caches.match(ENTRY, { cacheName: CACHE });
  const pack = found ? await found.json() : null;
  if (!pack || Date.now() - pack.keptAtMs < KEEP_MS_MAX) return pack;
  await caches.delete(CACHE);
  return null;
}

function draw(pack) {
  document.documentElement.lang = pack.language;
  document.title = pack.title;
  part("title").textContent = pack.title;
  part("age-words").textContent = pack.words.age;
  part("taken").textContent = `${pack.words.taken}: ${pack.takenText}`;
  part("print").textContent = pack.words.print;
  part("retry").textContent = pack.words.retry;
  part("sections").replaceChildren(...pack.sections.map(section));
  const tick = () => {
    part("age").textContent = ageText(Date.now() - pack.keptAtMs);
  };
  tick();
  setInterval(tick, TICK_MS);
}

/** Says whether the service is there; the way back is shown, never taken by itself: somebody may be reading. */
async function ask(words) {
  const answer = await fetch("/healthz/ready", {
    cache: "no-store",
    signal: AbortSignal.timeout(ASK_MS_MAX),
  }).catch(() => null);
  const state = part("state");
  state.textContent = answer?.ok ? words.back : words.dead;
  state.classList.toggle("good", Boolean(answer?.ok));
}

const pack = await read();
part("none").hidden = Boolean(pack);
part("pack").hidden = !pack;
if (pack) {
  draw(pack);
  part("print").addEventListener("click", () => print());
  const again = () => ask(pack.words);
  again();
  setInterval(again, ASK_EVERY_MS);
}
