/** The console's start: reference data, store, socket, panels, keys, one tick a second. */
import { inlineShapes } from "#realtime/icons";
import { getJson, leaveIfSignedOut, readBoot } from "#realtime/page";
import { BoardSocket } from "#realtime/socket";
import { Sounds } from "#realtime/sound";
import { Store } from "#realtime/store";
import { Clock } from "#realtime/time";
import { Again } from "#console/again";
import { Alarms } from "#console/alarms";
import { App } from "#console/app";
import { Audio } from "#console/audio";
import { Calls } from "#console/calls";
import { Case } from "#console/case";
import { CutBar } from "#console/cutbar";
import { Dock } from "#console/dock";
import { Help } from "#console/help";
import { Incidents } from "#console/incidents";
import { Keys } from "#console/keys";
import { Line } from "#console/line";
import { CityMap } from "#console/map";
import { ChosenSpeaker } from "#console/map_window";
import { Pack } from "#console/pack";
import { Phonebook } from "#console/phonebook";
import { Recommendation } from "#console/recommendation";
import { Seat } from "#console/seat";
import { Strip } from "#console/strip";
import { TopBar } from "#console/top";
import { UiState } from "#console/ui";
import { Units } from "#console/units";

const TICK_MS = 1000;
const REFERENCE_RETRY_MS = 2000;
// In the order in which they are drawn: the map shows what the middle column has gathered.
const PANELS = {
  top: TopBar,
  strip: Strip,
  cutbar: CutBar,
  calls: Calls,
  alarms: Alarms,
  incidents: Incidents,
  units: Units,
  seat: Seat,
  line: Line,
  phonebook: Phonebook,
  case: Case,
  recommendation: Recommendation,
  map: CityMap,
  help: Help,
  again: Again,
  dock: Dock,
};

/** Names and limits; without them nothing can be named, so it is asked for until it comes. */
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
const [reference] = await Promise.all([
  readReference(),
  inlineShapes().catch(() => null), // without it the shapes still come from the file while there is a line
]);
const store = new Store();
const clock = new Clock();
const socket = new BoardSocket({
  store,
  clock,
  onSignedOut: () => leaveIfSignedOut(() => app.panel("again").ended()),
});
const sounds = new Sounds();
const ui = new UiState();
const app = new App({ boot, store, socket, clock, ui, sounds, reference });

for (const [name, PanelClass] of Object.entries(PANELS)) {
  const element = document.querySelector(`[data-panel="${name}"]`);
  app.panels.push(new PanelClass(element, app));
}
for (const panel of app.panels) panel.connect();
app.panels.push(new Audio(app));
store.subscribe(() => app.redraw());
ui.subscribe(() => app.redraw());
sounds.unlockAtTouch();
app.pack = new Pack(app);
app.pack.connect();
new Keys(app).connect();
new ChosenSpeaker(ui);
socket.start();
setInterval(() => app.redraw(), TICK_MS);
app.redraw();
