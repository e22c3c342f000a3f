/** The crew's tablet: joins the board, the outbox and the panels. Panels draw; only actions send. */
import { inlineShapes } from "#realtime/icons";
import { getJson, leaveIfSignedOut, readBoot } from "#realtime/page";
import { BoardSocket } from "#realtime/socket";
import { Sounds } from "#realtime/sound";
import { Store } from "#realtime/store";
import { Clock } from "#realtime/time";
import { gettext } from "#realtime/words";
import { browserWorld } from "#realtime/world";
import { Bar } from "#tablet/bar";
import { CalledOff } from "#tablet/called_off";
import { Choices } from "#tablet/choices";
import { crewView, screenOf, soundFor, takenAway } from "#tablet/crew";
import { CrewMap } from "#tablet/crew_map";
import { slot, write } from "#tablet/dom";
import { Info } from "#tablet/info";
import { Mayday } from "#tablet/mayday";
import { Outbox } from "#tablet/outbox";
import { Positions } from "#tablet/positions";
import { Seen } from "#tablet/seen";
import { Names, Standby, spokenStatus } from "#tablet/standby";
import { Thumb } from "#tablet/thumb";

const TICK_MS = 1_000;
const VIBRATION_MS = [300, 150, 300, 150, 300];
const ASSIGNMENT_SOUNDS = ["assignment1", "assignment2", "assignment3"];
const WITH_DEVICE_TIME = new Set([
  "assignment.notified",
  "assignment.seen",
  "assignment.acknowledge",
  "assignment.advance",
  "assignment.refuse",
]);

const boot = readBoot();
const unitId = boot.viewer.unit_id;
const clock = new Clock();
const store = new Store({ unitId });
const socket = new BoardSocket({ store, clock, onSignedOut: () => leaveIfSignedOut() });
const sounds = new Sounds({ onChange: () => draw() });
const names = new Names();
const ui = { choosing: false, maydayShown: false };
const shown = new Set(); // assignments that this page has told the centre it shows
let view = crewView(store, unitId, []);
const seen = new Seen(({ id }) => outbox.add("assignment.seen", { assignment_id: id }, { silent: true }));

const outbox = new Outbox({
  storage: localStorage,
  key: `outbox.${boot.viewer.id}.${unitId}`,
  world: browserWorld(),
  send: (item) => {
    const body = WITH_DEVICE_TIME.has(item.name) ? { ...item.body, device_at: item.at } : item.body;
    return socket.send(item.name, body, { requestId: item.id });
  },
});
const positions = new Positions({
  geolocation: navigator.geolocation,
  send: (position) => socket.sendPosition(position),
  tell: () => draw(),
});

const actions = {
  send: (name, body) => outbox.add(name, body),
  choose: () => {
    ui.choosing = true;
    choices.open();
    draw();
  },
  chosen: () => {
    ui.choosing = false;
    draw();
  },
  mayday: () => {
    const { lat, lng, accuracy_m } = positions.latest ?? {};
    const position = lat === undefined ? {} : { position: { lat, lng, radius_m: accuracy_m } };
    ui.maydayShown = true;
    if (!view.alarm && !view.maydayWaits)
      outbox.add("unit.mayday", { unit_id: unitId, ...position }, { urgent: true });
    draw();
  },
  maydayRead: () => {
    ui.maydayShown = false;
    draw();
  },
  unlock: () => sounds.unlock().catch(() => null), // refused without a touch; the screen says that it is silent
};

const shared = {
  clock,
  city: boot.city,
  language: boot.language,
  socket,
  outbox,
  sounds,
  positions,
  names,
  actions,
  redraw: () => draw(),
};
const bar = new Bar(shared);
const info = new Info(shared);
const map = new CrewMap({ ...shared, store, basemapUrl: boot.basemapUrl });
const thumb = new Thumb(shared);
const choices = new Choices(shared);
const standby = new Standby(shared);
const mayday = new Mayday(shared);
const calledOff = new CalledOff({ store });
const sections = { assignment: [info, map], standby: [standby], choices: [choices], mayday: [mayday] };

function draw() {
  const before = view;
  view = crewView(store, unitId, outbox.ahead(store.seq));
  if (before.assignment?.id !== view.assignment?.id) ui.choosing = false;
  const screen = screenOf(view, ui);
  document.body.dataset.screen = screen;
  for (const name of Object.keys(sections)) {
    document.querySelector(`[data-panel="${name}"]`).hidden = name !== screen;
  }
  document.querySelector('[data-panel="silent"]').hidden = !sounds.isLocked || screen === "standby";
  seen.drawn(view.isOver ? null : view.assignment, screen === "assignment");
  bar.render(view);
  thumb.render(view, screen);
  for (const panel of sections[screen]) panel.render(view); // last: the map measures the room that is left
  alert(before);
}

/** Sound until somebody acknowledges; the tablet tells the centre once that it shows the assignment. */
function alert(before) {
  const wanted = soundFor(view);
  for (const name of ASSIGNMENT_SOUNDS) sounds.hold(name, name === wanted);
  const { assignment } = view;
  const ended = takenAway(before, view);
  if (ended) {
    calledOff.show(ended);
    sounds.play("warning");
    navigator.vibrate?.(VIBRATION_MS);
  }
  if (wanted && before.assignment?.id !== assignment.id) navigator.vibrate?.(VIBRATION_MS);
  if (assignment?.status === "assigned" && !shown.has(assignment.id)) {
    shown.add(assignment.id);
    outbox.add("assignment.notified", { assignment_id: assignment.id }, { silent: true });
  }
  if (view.status && before.status?.word !== view.status.word) write("said", spokenStatus(view.status.word));
}

function showRefusal({ refused, detail }) {
  if (!refused || refused.silent) return;
  write("refusal", `${gettext("The centre did not accept it:")} ${detail ?? ""}`);
  document.querySelector('[data-panel="refusal"]').hidden = false;
}

const isVisible = () => document.visibilityState === "visible";

async function stayAwake() {
  if (!isVisible()) return;
  await navigator.wakeLock?.request("screen").catch(() => null); // low battery may refuse it; nothing depends on it
}

for (const panel of [bar, info, thumb, choices, mayday, calledOff]) panel.connect();
document.querySelector('[data-act="refusal-read"]').addEventListener("click", () => {
  document.querySelector('[data-panel="refusal"]').hidden = true;
});
outbox.subscribe((change) => {
  showRefusal(change);
  draw();
});
store.subscribe((changes) => {
  if (changes.has("closures")) map.askAgain();
  draw();
});
let lineState = socket.link.state;
socket.subscribe((link) => {
  if (link.state === "live") outbox.drain();
  if (link.state !== lineState && link.state !== "behind") {
    if (link.state === "cut") sounds.play("cut");
    else if (lineState === "cut") {
      sounds.play("back");
      map.lineIsBack();
    }
  }
  if (link.state !== lineState) draw();
  lineState = link.state;
});
sounds.unlockAtTouch();
for (const kind of ["pointerdown", "keydown"]) {
  document.addEventListener(kind, () => seen.attended(isVisible()), { capture: true });
}
document.addEventListener("visibilitychange", () => {
  stayAwake();
  seen.attended(isVisible());
});
setInterval(() => {
  bar.tick(view);
  if (view.incident) {
    info.tick(view);
    map.tick(view);
  }
}, TICK_MS);

slot("next").disabled = false;
draw();
inlineShapes().catch(() => null); // without it the shapes still come from the file while there is a line
stayAwake();
actions.unlock(); // a browser that trusts this page lets it sound at once; others wait for the first touch
positions.start();
socket.start();
getJson("/api/v1/reference").then(
  (reference) => {
    names.learn(reference);
    draw();
  },
  () => null, // type names are words of comfort; the keys are readable
);
