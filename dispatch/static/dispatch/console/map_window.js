/** The map in a window of its own, for a second screen: it follows what is chosen in the console of the same browser. */

const CHANNEL = "siaga-chosen";
const NAME = "siaga-map";

/** In the console: tells what is chosen, and answers a window that has just been opened. */
export class ChosenSpeaker {
  constructor(ui) {
    this.channel = new BroadcastChannel(CHANNEL);
    const tell = () => {
      const chosen = ui.chosen ? { ...ui.chosen } : null;
      const said = JSON.stringify(chosen);
      if (said !== this.said) this.channel.postMessage({ chosen });
      this.said = said;
    };
    ui.subscribe(tell);
    this.channel.addEventListener("message", ({ data }) => {
      if (data.asks) this.channel.postMessage({ chosen: ui.chosen ? { ...ui.chosen } : null });
    });
  }
}

/** In the map's window: chooses what the console chooses. */
export class ChosenListener {
  constructor(ui) {
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.addEventListener("message", ({ data }) => {
      if (!("chosen" in data)) return;
      if (data.chosen) ui.choose(data.chosen.kind, data.chosen.id);
      else ui.leave();
    });
    this.channel.postMessage({ asks: true });
  }
}

/** Opens the window, or brings the one that is open to the front. */
export function openMapWindow(address) {
  window.open(address, NAME, "popup,width=1280,height=800")?.focus();
}
