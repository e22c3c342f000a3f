/** The map in a window of its own: board, socket and cut bar as in the console, nothing that rings or types. */
import { inlineShapes } from "#realtime/icons";
import { getJson, leaveIfSignedOut, readBoot } from "#realtime/page";
import { BoardSocket } from "#realtime/socket";
import { Sounds } from "#realtime/sound";
import { Store } from "#realtime/store";
import { Clock } from "#realtime/time";
import { App } from "#console/app";
import { CutBar } from "#console/cutbar";
import { CityMap } from "#console/map";
import { ChosenListener } from "#console/map_window";
import { PrintList } from "#console/print_list";
import { UiState } from "#console/ui";

const TICK_MS = 1000;
const REFERENCE_RETRY_MS = 2000;
const PANELS = { cutbar: CutBar, map: CityMap, print: PrintList };

async function readReference() {
  for (;;) {
    try {
      return await getJson("/api/v1/reference");
    } catch (error) {
      if (error.status === 401) await leaveIfSignedOut();
      await new Promise((resolve) => setTimeout(resolve, REFERENCE_RETRY_MS));
    }
  }
}

const boot = readBoot();
const [reference] = await Promise.all([readReference(), inlineShapes().catch(() => null)]);
const store = new Store();
const clock = new Clock();
const socket = new BoardSocket({ store, clock, onSignedOut: () => leaveIfSignedOut() });
const ui = new UiState();
const app = new App({ boot, store, socket, clock, ui, sounds: new Sounds(), reference });
for (const [name, PanelClass] of Object.entries(PANELS))
  app.panels.push(new PanelClass(document.querySelector(`[data-panel="${name}"]`), app));
for (const panel of app.panels) panel.connect();
store.subscribe(() => app.redraw());
ui.subscribe(() => app.redraw());
new ChosenListener(ui);
socket.start();
setInterval(() => app.redraw(), TICK_MS);
app.redraw();
