/**
 * Serves the manual pack when the console's server does not answer. The server puts one line before this file: `pack`,
 * with a version that changes with any of the files, and their addresses.
 */
const { version, page: PAGE, console: CONSOLE, files } = self.pack;
const SHELL = `siaga-pack-shell-${version}`;
const PACK = "siaga-pack";
const ENTRY = "/console/pack.json";
const FILES = [PAGE, ...files];
const ANSWER_MS_MAX = 8_000;
const KEEP_MS_MAX = 12 * 3_600_000;

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(SHELL);
    await cache.addAll(FILES.map((path) => new Request(path, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const old = (await caches.keys()).filter(
      (name) => name.startsWith("siaga-pack-shell-") && name !== SHELL,
    );
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

/* Callers' numbers do not stay longer than a shift, also when nobody opens the pack. */
async function purge() {
  const kept = await caches.match(ENTRY, { cacheName: PACK });
  const pack = kept ? await kept.json() : null;
  if (pack && Date.now() - pack.keptAtMs > KEEP_MS_MAX) await caches.delete(PACK);
}

async function fromServerOrPack(request) {
  const shell = () => caches.match(PAGE, { cacheName: SHELL });
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return answer.status >= 500 ? ((await shell()) ?? answer) : answer;
  } catch (error) {
    const found = await shell();
    if (found) return found;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate" && pathname === CONSOLE) {
    event.waitUntil(purge());
    event.respondWith(fromServerOrPack(event.request));
  } else if (FILES.includes(pathname) && event.request.destination !== "image") {
    const kept = caches.match(pathname, { cacheName: SHELL });
    event.respondWith(kept.then((found) => found ?? fetch(event.request)));
  }
});
