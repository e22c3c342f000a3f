/** The telephone in this browser by Twilio's SDK. The only module that knows it; loaded where a deployment has one. */
import { getJson } from "#realtime/page";

const TOKEN = "/api/v1/softphone/token";
const RETRY_MS = 5_000;

/** The SDK as one file of ours; `Twilio` is its global. */
function loadSdk() {
  return new Promise((resolve, reject) => {
    const source = document.querySelector("link[data-softphone-sdk]").href;
    const script = Object.assign(document.createElement("script"), { src: source });
    script.addEventListener("load", () => resolve(globalThis.Twilio.Device));
    script.addEventListener("error", () => reject(new Error("the telephone could not be loaded")));
    document.head.append(script);
  });
}

/** Asks once for the microphone, so that the question does not come up in the middle of a call. */
async function hasMicrophone(media = navigator.mediaDevices) {
  try {
    const stream = await media.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {{load?: () => Promise<any>, microphone?: () => Promise<boolean>, token?: () => Promise<{token: string}>,
 *   later?: (work: () => void, ms: number) => void}} world what a test gives in place of the browser
 * @returns {import("./softphone.js").Softphone}
 */
export function twilioPhone({
  load = loadSdk,
  microphone = hasMicrophone,
  token = () => getJson(TOKEN),
  later = setTimeout,
} = {}) {
  const listeners = new Set();
  let device = null;
  let incoming = null; // rings, not taken yet
  let live = null;
  let line = null;
  let wanted = false;

  const phone = {
    state: "off",
    onChange: (listener) => listeners.add(listener),
    async start() {
      wanted = true;
      change("starting");
      if (!(await microphone())) return change("no_microphone");
      try {
        const Device = await load();
        const { token: first } = await token();
        if (!wanted) return undefined;
        device = new Device(first, { codecPreferences: ["opus", "pcmu"], closeProtection: true });
        listen();
        await device.register();
      } catch {
        again();
      }
      return undefined;
    },
    stop() {
      wanted = false;
      device?.destroy();
      device = incoming = live = null;
      change("off");
    },
    follow(now) {
      line = now;
      settle();
    },
  };

  function listen() {
    // The console rings by itself, from the board: a second bell would say nothing more.
    device.audio?.incoming(false);
    device.audio?.outgoing(false);
    device.audio?.disconnect(false);
    device.on("registered", () => change(live ? "in_call" : "ready"));
    device.on("unregistered", () => wanted && change("not_registered"));
    device.on("error", () => device?.state !== "registered" && again());
    device.on("tokenWillExpire", async () => device.updateToken((await token()).token));
    device.on("incoming", (call) => {
      incoming = call;
      const gone = () => {
        if (incoming === call) incoming = null;
        if (live === call) live = null;
        change(device?.state === "registered" ? "ready" : "not_registered");
      };
      for (const end of ["cancel", "disconnect", "reject", "error"]) call.on(end, gone);
      settle();
    });
  }

  /** Pressing Answer on the console was the answer; this ring belongs to it. */
  function settle() {
    const mine = line?.row?.device === "browser";
    if (incoming && mine) {
      live = incoming;
      incoming = null;
      live.accept();
      change("in_call");
    }
    if (live && !mine) live.disconnect();
    else if (live && live.isMuted() !== line.row.muted) live.mute(line.row.muted);
  }

  function again() {
    change("not_registered");
    device?.destroy();
    device = null;
    later(() => wanted && !device && phone.start(), RETRY_MS);
  }

  function change(state) {
    if (phone.state === state) return;
    phone.state = state;
    for (const listener of listeners) listener();
  }

  return phone;
}
