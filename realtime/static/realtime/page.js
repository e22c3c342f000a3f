/** What every live page does once: read its boot data, the theme, requests for data, signing out. */
import { decode } from "#realtime/wire";

/** @returns {{viewer: {id: string, name: string, role: string, unit_id: string|null}, city: {name: string, lat: number,
 *   lng: number, zoom: number, timeZone: string}, basemapUrl: string, language: string}} */
export function readBoot() {
  return JSON.parse(document.getElementById("boot").textContent);
}

const YEAR_S = 365 * 24 * 3600;

export const currentTheme = () => document.documentElement.dataset.theme;

/** Changes colours at once and remembers the choice for this browser; the server reads the same cookie. */
export function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is missing on pages without TLS
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
}

/** GET a JSON answer of the service; throws with `status` when it is not a good one. */
export async function getJson(path, { signal } = {}) {
  const response = await fetch(path, { headers: { Accept: "application/json" }, signal });
  if (!response.ok)
    throw Object.assign(new Error(`${path}: ${response.status}`), { status: response.status });
  return decode(await response.text());
}

/**
 * A socket was closed as not signed in. The database may only have hiccupped: leave the page, and what is typed
 * on it, only when the service says the same over HTTP.
 * @param {() => boolean} stays true when the page itself asks for the password again
 */
export async function leaveIfSignedOut(stays = () => false) {
  const response = await fetch("/api/v1/events?limit=1").catch(() => null);
  if ((response?.status === 401 || response?.status === 403) && !(response.status === 401 && stays())) {
    location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
  }
}
