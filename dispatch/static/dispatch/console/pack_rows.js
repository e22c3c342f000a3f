/** The manual pack as plain rows of text: what a centre needs on paper when every server is dead. Pure: no DOM. */
import { channelName, fill, gettext, shortNumber, statusName } from "#realtime/words";
import {
  assignmentsOf,
  callsOf,
  incidentOfUnit,
  incidentsInOrder,
  lastWords,
  unitsByAgency,
  waitingCalls,
} from "#console/board";

export const PACK_VERSION = 1;
const COORDINATE_DIGITS = 5;

// A telephone number broken in two is dialled wrong.
const callerOf = (app, call) => app.callerText(call).replaceAll(" ", "\u00a0");
const lines = (...parts) => parts.filter(Boolean).join("\n");

function place(app, incident) {
  const { location } = incident;
  const coordinates = location
    ? `${location.lat.toFixed(COORDINATE_DIGITS)}, ${location.lng.toFixed(COORDINATE_DIGITS)} ${app.radius(location.radius_m)}`
    : null;
  return lines(app.placeText(incident), incident.landmark, coordinates);
}

function incidents(app) {
  const { store } = app;
  const rows = incidentsInOrder(store).map((incident) => {
    const calls = callsOf(store, incident);
    const out = assignmentsOf(store, incident).map((row) => {
      const unit = store.get("units", row.unit_id);
      return `${unit?.callsign ?? "?"}: ${statusName(row.status)} (${app.time(row.assigned_at)})`;
    });
    return [
      lines(incident.number, `P${incident.priority ?? "?"}`),
      lines(app.typeName(incident.type), app.time(incident.received_at ?? incident.opened_at)),
      place(app, incident),
      lines(...calls.map((call) => callerOf(app, call))),
      lines(...out),
      lines(incident.note, ...(incident.words ?? []).map((said) => `“${said.text}”`)),
    ];
  });
  const columns = [
    gettext("No."),
    gettext("Type, since"),
    gettext("Place"),
    gettext("Callers"),
    gettext("Units"),
    gettext("Note"),
  ];
  return { title: gettext("Open incidents"), columns, rows, empty: gettext("No open incident") };
}

function waiting(app) {
  const rows = waitingCalls(app.store).map((call) => [
    app.time(call.received_at),
    channelName(call.channel),
    callerOf(app, call),
    lastWords(call) ?? "",
  ]);
  const columns = [gettext("Since"), gettext("Channel"), gettext("Caller"), gettext("Words")];
  return { title: gettext("Waiting calls"), columns, rows, empty: gettext("Nobody is waiting") };
}

function units(app) {
  const rows = unitsByAgency(app.store, app.reference.agencies).flatMap((group) =>
    group.units.map((unit) => {
      const incident = incidentOfUnit(app.store, unit);
      return [
        unit.callsign,
        group.name,
        `${statusName(unit.status)} (${app.time(unit.status_at)})`,
        incident ? shortNumber(incident.number) : (unit.status_reason ?? ""),
        unit.station ?? "",
      ];
    }),
  );
  const columns = [
    gettext("Unit"),
    gettext("Agency"),
    gettext("Status, since"),
    gettext("For"),
    gettext("Station"),
  ];
  return { title: gettext("Units"), columns, rows, empty: gettext("No units") };
}

function phones(app) {
  const agencies = app.reference.agencies.map((agency) => [
    agency.name,
    agency.phone || gettext("not entered"),
  ]);
  const own = app.store
    .all("units")
    .filter((unit) => unit.phone)
    .map((unit) => [unit.callsign, unit.phone]);
  return {
    title: gettext("Telephone list"),
    columns: [gettext("Who"), gettext("Telephone")],
    rows: [...agencies, ...own],
    empty: gettext("not entered"),
  };
}

/** Lines to write on: what happens now is entered afterwards with these times. */
const FORM_LINES = 8;

function form() {
  const columns = [
    gettext("Call came"),
    gettext("Number of the caller"),
    gettext("What and where"),
    gettext("Unit"),
    gettext("Assigned"),
    gettext("En route"),
    gettext("On scene"),
    gettext("Clear"),
  ];
  const rows = Array.from({ length: FORM_LINES }, () => columns.map(() => ""));
  return { title: gettext("Paper: write the real times"), columns, rows, empty: "", form: true };
}

/** @param {import("./app.js").App} app */
export function packOf(app) {
  const takenAt = app.clock.now() - (app.socket.dataAgeMs() ?? 0);
  return {
    version: PACK_VERSION,
    viewerId: app.boot.viewer.id,
    language: app.language,
    // By this computer's clock, by which the age is told; and as people of the city write it.
    keptAtMs: Date.now() - (app.socket.dataAgeMs() ?? 0),
    takenText: `${app.date(takenAt)} ${app.time(takenAt)}`,
    title: fill(gettext("Manual pack · %(city)s"), { city: app.boot.city.name }),
    words: {
      age: gettext("This is how the board was, so long ago:"),
      taken: gettext("Taken"),
      dead: gettext(
        "The service does not answer. Go on by telephone, radio and paper; write the real times and enter them afterwards.",
      ),
      back: gettext("The service answers again: open the console"),
      print: gettext("Print"),
      retry: gettext("Try the console again"),
    },
    sections: [incidents(app), waiting(app), units(app), phones(app), form()],
  };
}
