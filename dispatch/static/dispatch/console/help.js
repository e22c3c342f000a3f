/** The sheet of all keys and commands. It lies over the map, which `?` or Esc gives back. */
import { gettext } from "#realtime/words";
import { h, kbd, show } from "#console/dom";
import { Panel } from "#console/panel";

const keys = () => [
  [gettext("Answer the longest waiting call"), ["F1"]],
  [gettext("Answer into the likely incident"), ["⇧F1"]],
  [gettext("Waiting calls; go through, open or answer"), ["F2", "↑↓", "Enter"]],
  [gettext("Say what the chosen call was"), ["F9", "1–9"]],
  [gettext("Silent caller: ask for a key, end as silent"), ["Alt S", "Alt G"]],
  [gettext("Call back"), ["Alt B"]],
  [gettext("Ask the caller's telephone for its position"), ["Alt I"]],
  [gettext("Your line: hold or go on, mute"), ["Alt H", "Alt M"]],
  [gettext("Bring somebody into the call, hand over, take back"), ["Alt P", "Alt O", "Alt R"]],
  [gettext("How calls reach you"), ["Alt Y"]],
  [gettext("Find a place on the map"), ["Alt F"]],
  [gettext("What can be done at a place of the map"), ["F7 Shift F10"]],
  [gettext("Incidents; go through, edit"), ["F3", "↑↓", "Enter"]],
  [gettext("Show new incidents"), ["N"]],
  [gettext("Units; go through, into the command line"), ["F4", "↑↓", "Enter"]],
  [gettext("Chosen call or incident"), ["F5"]],
  [gettext("Type, priority"), ["Alt J", "Alt 1–4"]],
  [gettext("Address, landmark, note"), ["Alt A", "Alt K", "Alt N"]],
  [gettext("Use a piece of location evidence"), ["Alt L", "1–9"]],
  [gettext("Open the incident of the chosen call"), ["Ctrl Enter"]],
  [gettext("Units on the incident, conversation, end"), ["Alt U", "Alt T", "Alt X"]],
  [gettext("Ask for the position, quick replies"), ["Alt W", "Alt Q"]],
  [gettext("Recommendation: pick, send"), ["F6", "1–9", "Enter"]],
  [gettext("Map: move, zoom"), ["F7", "↑↓←→", "+ −"]],
  [gettext("Alarms; acknowledge the first"), ["F8", "A"]],
  [gettext("Send the unit, or call back, as an alarm proposes"), ["S", "B"]],
  [gettext("Manual pack: print the board"), ["Ctrl P"]],
  [gettext("Command line: complete, earlier ones, run, leave"), ["F10 /", "Tab", "↑", "Enter", "Esc"]],
];

const commands = () => [
  ["kirim amb-2 d-2 #412", "assign amb-2 d-2 #412", gettext("assign units")],
  ["jawab", "answer", gettext("answer the longest waiting call")],
  ["d1 tiba", "d1 arrived", gettext("a step a crew reports by radio")],
  ["batal amb-2 mogok", "cancel amb-2 broken down", gettext("take a unit off")],
  ["#412", "show #412", gettext("show an incident")],
  ["p1 #412", "p1 #412", gettext("set the priority")],
  ["catat …", "note …", gettext("add to the note")],
  ["tutup #412 ditangani", "close #412 handled", gettext("close an incident")],
  ["baru banjir", "new flood", gettext("open an incident")],
  ["gabung #412", "attach #412", gettext("attach the chosen call")],
  ["iseng · hantu · info", "prank · silent · info", gettext("what the chosen call was")],
  ["posisi", "position", gettext("ask the caller's telephone for its position")],
  ["cari rsud", "find rsud", gettext("find a place")],
  ["tahan · lanjut · bisu · bicara", "hold · resume · mute · unmute", gettext("your line")],
  ["tombol nyala · mati", "key on · off", gettext("ask every caller for a key first (supervisors)")],
];

export class Help extends Panel {
  connect() {
    const indonesian = this.app.language.startsWith("id");
    const keyRows = keys().map(([words, caps]) =>
      h("div", "kr", h("span", "caps", ...caps.map((cap) => kbd(cap))), h("span", null, words)),
    );
    const commandRows = commands().map(([id, en, words]) =>
      h("div", "kr", h("code", null, indonesian ? id : en), h("span", "mid", words)),
    );
    const title = h("div", "sub", h("span", null, gettext("Commands; both languages are understood")));
    const paper = h(
      "a",
      { href: "/console/paper/" },
      gettext("Enter from paper what was done while the service was dead"),
    );
    this.part("list").append(...keyRows, h("div", "kr", h("span", "caps"), paper), title, ...commandRows);
  }

  toggle(wanted = this.element.hidden) {
    if (wanted) this.before = document.activeElement;
    show(this.element, wanted);
    if (wanted) this.part("list").focus();
    else if (this.before?.isConnected) this.before.focus();
  }
}
