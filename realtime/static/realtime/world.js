/** What the socket needs of the world around it. */

/** A random UUID; `crypto.randomUUID` is missing on pages without TLS. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function socketUrl() {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/v1/`;
}

/** Time, chance and network as a browser gives them; tests give their own. */
export function browserWorld() {
  const loadedAt = Date.now() - performance.now();
  return {
    // Ages are counted by a clock that nobody sets: a computer put back an hour must not call old data fresh.
    now: () => loadedAt + performance.now(),
    chance: () => Math.random(),
    newId,
    setTimeout: (work, ms) => setTimeout(work, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    setInterval: (work, ms) => setInterval(work, ms),
    clearInterval: (timer) => clearInterval(timer),
    connect: (url) => new WebSocket(url),
  };
}
