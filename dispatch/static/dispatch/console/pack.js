/** Keeps the manual pack in this browser, never older than a minute, for the hour in which no server answers. */
import { packOf } from "#console/pack_rows";

const KEEP_EVERY_MS = 30_000;
const WORKER = "/console/worker.js";
const SCOPE = "/console/";
export const PAGE = "/console/pack/";
// pack/page.js, pack/purge.js and pack/worker.js name the same.
const CACHE = "siaga-pack";
const ENTRY = "/console/pack.json";

export class Pack {
  #app;
  #keptAt = -Infinity;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  /** Without TLS a browser has neither worker nor cache; the key then still prints what this page knows. */
  connect() {
    if (!("serviceWorker" in navigator) || !("caches" in globalThis)) return;
    navigator.serviceWorker.register(WORKER, { scope: SCOPE }).catch(reportError);
    // By beats, not by a timer: a hidden tab's timers stand still, its socket does not.
    this.#app.socket.onLevel(() => this.#keepNowAndThen());
    for (const form of document.querySelectorAll("form[data-sign-out]")) {
      form.addEventListener("submit", () => caches.delete(CACHE));
    }
  }

  #keepNowAndThen() {
    const now = performance.now();
    if (now - this.#keptAt < KEEP_EVERY_MS) return;
    this.#keptAt = now;
    this.keep().catch(reportError);
  }

  /** A newer pack, of another tab or of this page before it was loaded again, stays. */
  async keep() {
    const pack = packOf(this.#app);
    await navigator.locks.request(CACHE, async () => {
      const cache = await caches.open(CACHE);
      const kept = await (await cache.match(ENTRY))?.json();
      if (kept?.keptAtMs > pack.keptAtMs) return;
      const headers = { "Content-Type": "application/json" };
      await cache.put(ENTRY, new Response(JSON.stringify(pack), { headers }));
    });
  }

  /** `Ctrl P`: the pack on a page of its own, ready to print. */
  async open() {
    const page = window.open(PAGE, "siaga-pack");
    if (!page) location.assign(PAGE);
  }
}
