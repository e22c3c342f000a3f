/** What an act on the map asks for besides its place: a note, a closure, how full a hospital is. */
import { closureKindName, fill, gettext, hospitalStateName, premiseSeverityName } from "#realtime/words";

const REASON_CHARS_MAX = 300; // as maps/models/travel.py
const NOTE_CHARS_MAX = 500; // as maps/models/premises.py
const OWNER_CHARS_MAX = 120;
const HOSPITAL_NOTE_CHARS_MAX = 200;
const NOTE_RADIUS_M = 50;
const HOUR_MS = 3_600_000;
const HOURS = ["", "1", "3", "6", "12", "24"];
const SLOW_SHARE = 0.4;

const named = (words, values) => values.map((value) => [value, words(value)]);

export function askHospital(app, form, hospital) {
  form.open({
    title: hospital.name,
    save: gettext("Save"),
    fields: [
      {
        name: "state",
        label: gettext("State"),
        options: named(hospitalStateName, ["open", "busy", "full", "closed"]),
      },
      { name: "beds", label: gettext("Free beds, if told"), type: "number" },
      { name: "note", label: gettext("Note"), maxlength: HOSPITAL_NOTE_CHARS_MAX },
    ],
    done: ({ state, beds, note }) =>
      app.act("hospital.set_capacity", {
        place_id: hospital.place_id,
        state,
        beds_free: beds === "" ? null : Number(beds),
        note,
      }),
  });
}

export function askNote(app, form, { lat, lng }) {
  form.open({
    title: gettext("Note on this place"),
    save: gettext("Save"),
    fields: [
      { name: "text", label: gettext("what crews should know"), maxlength: NOTE_CHARS_MAX, required: true },
      {
        name: "severity",
        label: gettext("How grave"),
        options: named(premiseSeverityName, ["danger", "caution", "info"]),
      },
      { name: "owner", label: gettext("Who can be asked"), maxlength: OWNER_CHARS_MAX, required: true },
    ],
    done: (values) =>
      app.act("premise.note", { kind: "hazard", ...values, circle: { lat, lng, radius_m: NOTE_RADIUS_M } }),
  });
}

/** @param {object} geometry GeoJSON of a line or an area */
export function askClosure(app, form, geometry) {
  const hours = HOURS.map((value) => [
    value,
    value ? fill(gettext("%(hours)s h"), { hours: value }) : gettext("until it is opened again"),
  ]);
  form.open({
    title: gettext("Closed from now on"),
    save: gettext("Close the road"),
    fields: [
      { name: "reason", label: gettext("Why"), maxlength: REASON_CHARS_MAX, required: true },
      { name: "kind", label: gettext("How"), options: named(closureKindName, ["closed", "flooded", "slow"]) },
      { name: "hours", label: gettext("How long"), options: hours },
    ],
    done: ({ reason, kind, hours: lasts }) =>
      app.act("closure.draw", {
        kind,
        geometry,
        reason,
        valid_to: lasts ? new Date(app.clock.now() + Number(lasts) * HOUR_MS).toISOString() : null,
        ...(kind === "slow" ? { speed_share: SLOW_SHARE } : {}),
      }),
  });
}
