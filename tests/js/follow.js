/**
 * The browser's socket and store on a real connection: node tests/js/follow.js URL TOKEN
 * Prints a line for each answer to hello and each event; a line on the standard input cuts the connection.
 */
import { createInterface } from "node:readline";
import { BoardSocket } from "#realtime/socket";
import { Store } from "#realtime/store";
import { Clock } from "#realtime/time";
import { browserWorld } from "#realtime/world";

const [url, token] = process.argv.slice(2);
const say = (what) => console.log(JSON.stringify(what));
const sockets = [];
const world = {
  ...browserWorld(),
  isConnecting: () => false,
  connect: (address) => {
    const socket = new WebSocket(address, { headers: { Authorization: `Bearer ${token}` } });
    sockets.push(socket);
    return socket;
  },
};
const store = new Store({ schedule: (work) => work() });
store.onEvent((event) => say({ kind: event.type, seq: String(event.seq), name: event.name }));
const socket = new BoardSocket({ store, clock: new Clock(() => Date.now()), url, world });
let answered = 0; // the newest connection whose hello was answered: a quick return never looks like a cut
socket.subscribe((link) => {
  if (link.state !== "live" || link.attempt !== 0 || answered === sockets.length) return;
  answered = sockets.length;
  say({ kind: "live", seq: String(store.seq), connections: sockets.length });
});
createInterface({ input: process.stdin })
  .on("line", () => sockets.at(-1).close())
  .on("close", () => process.exit(0));
socket.start();
