/** An event of the log in words. */
import { deliveryText } from "#console/conversation";
import { fill, gettext, priorityName, sourceName, statusName } from "#realtime/words";
import { stateWords, whoWords } from "#console/line_model";

const FIELDS = {
  type: () => gettext("type"),
  priority: () => gettext("priority"),
  location: () => gettext("location"),
  note: () => gettext("what was told"),
  address: () => gettext("address"),
  landmark: () => gettext("landmark"),
};

const WORDS = {
  "call.received": () => gettext("Call received"),
  "call.answered": () => gettext("Call answered"),
  "call.released": () => gettext("Call given back to the queue"),
  "call.ended": () => gettext("Call ended"),
  "call.abandoned": () => gettext("Caller hung up before the answer"),
  "call.called_back": () => gettext("Caller is called back"),
  "call.asked_for_key": () => gettext("Silent caller is asked for a key"),
  "call.key_pressed": () => gettext("Caller pressed a key"),
  "call.returned": () => gettext("Line of %(from)s lost: the caller waits before all others"),
  "call.rung_elsewhere": () => gettext("%(who)s did not answer and is rung another way"),
  "call.held": () => gettext("%(who)s put on hold"),
  "call.resumed": () => gettext("%(who)s taken off hold"),
  "call.muted": () => gettext("%(who)s muted"),
  "call.unmuted": () => gettext("%(who)s can be heard again"),
  "call.party_added": () => gettext("%(who)s is called into the conversation"),
  "call.party_dropped": () => gettext("%(who)s dropped from the conversation"),
  "call.handed_over": () => gettext("Caller handed over to %(who)s"),
  "call.monitoring_ended": () => gettext("%(who)s has stopped listening"),
  "caller.restricted": () => gettext("Number restricted for a day"),
  "caller.restriction_lifted": () => gettext("Restriction lifted"),
  "call.disposed": () => gettext("Call judged"),
  "call.message_received": () => gettext("Message received"),
  "call.message_sent": () => gettext("Message sent"),
  "call.media_changed": () => gettext("Picture or recording received"),
  "call.share_link_made": () => gettext("Link for the position given to the caller"),
  "call.share_link_withdrawn": () => gettext("Link for the position withdrawn"),
  "call.share_began": () => gettext("Caller's telephone shares its position"),
  "call.share_stopped": () => gettext("Caller's telephone shares no longer"),
  "call.location_shared": () => gettext("Caller's telephone has moved"),
  "call.picture_received": () => gettext("Photo received"),
  "call.recording_told": () => gettext("Recording"),
  "call.transcription_changed": () => gettext("Transcript"),
  "call.line_transcribed": () => gettext("Something was said"),
  "call.location_judged": (data) => {
    const words = {
      confirmed: gettext("Location confirmed: %(source)s"),
      rejected: gettext("Location rejected: %(source)s"),
      "": gettext("Verdict taken back: %(source)s"),
    };
    return words[data.verdict];
  },
  "call.attached": () => gettext("Call attached"),
  "call.detached": () => gettext("Call moved to another incident"),
  "incident.opened": () => gettext("Incident opened"),
  "premise.noted": (data) =>
    data.text ? gettext("Note on this place: %(text)s") : gettext("Notes on this place changed"),
  "premise.withdrawn": () => gettext("Note no longer true: %(text)s"),
  "assignment.notified": () => gettext("%(callsign)s: the tablet shows the assignment"),
  "assignment.seen": () => gettext("%(callsign)s: the crew has seen the assignment"),
  "assignment.reminded": () => gettext("%(callsign)s does not acknowledge: reached for by telephone"),
  "assignment.given_to_control": () => gettext("%(callsign)s does not acknowledge: the centre was told"),
  "assignment.acknowledged": () => gettext("%(callsign)s has acknowledged"),
  "assignment.cancelled": () => gettext("%(callsign)s taken off: %(reason)s"),
  "assignment.refused": () => gettext("%(callsign)s cannot go: %(reason)s"),
  "unit.assigned": () => gettext("%(callsign)s assigned"),
  "alarm.raised": () => gettext("Alarm"),
  "alarm.acknowledged": () => gettext("Alarm acknowledged"),
  "alarm.cleared": () => gettext("Alarm cleared"),
};

const MODES = {
  listen: () => gettext("%(who)s listens to the conversation"),
  whisper: () => gettext("%(who)s speaks to the dispatcher alone"),
  barge: () => gettext("%(who)s joins the conversation"),
};

/** @param {{name: string, data: any}} event @param {import("./app.js").App} app */
export function eventWords(event, app) {
  const { name, data } = event;
  const unit = data.unit_id ? app.store.get("units", data.unit_id) : null;
  const values = { ...data, callsign: data.callsign ?? unit?.callsign ?? "", reason: data.reason ?? "" };
  if ("participant_id" in data)
    values.who = whoWords({ kind: data.kind, name: data.who }, app.boot.viewer.id);
  if (name === "call.monitored") return fill(MODES[data.mode](), values);
  if (name === "call.participant_changed")
    return `${values.who}: ${stateWords({ ...participantOf(data), settled: true })}`;
  if (name === "incident.updated") return changedWords(data.changed ?? {}, app);
  if (name === "incident.closed") return `${gettext("Closed")}: ${app.dispositionName(data.disposition)}`;
  if (name === "call.message_status") {
    const words = deliveryText({ delivery: data.delivery, reason: data.reason });
    return `${gettext("Message")}: ${words}`;
  }
  if (name === "call.location_added") return `${gettext("Location")}: ${sourceName(data.source)}`;
  if (name === "call.disposed") return `${WORDS[name]()}: ${app.dispositionName(data.disposition)}`;
  if (name === "assignment.advanced") return `${values.callsign}: ${statusName(data.status)}`;
  if (name === "paper.entered") return paperWords(data, app);
  const template = WORDS[name]?.(data);
  const source = data.source ? sourceName(data.source) : "";
  return template ? fill(template, { ...values, source }) : name;
}

/** An event of a participant, as the row of one. */
const participantOf = (data) => ({
  kind: data.kind,
  name: data.who,
  state: data.state,
  held: data.held,
  muted: data.muted,
});

/** What was done on paper, with its real times; the row's own time and name are those of the entering. */
function paperWords(data, app) {
  const steps = data.steps.map((step) => `${step.callsign} ${statusName(step.status)} ${app.time(step.at)}`);
  const parts = [`${gettext("opened")} ${app.time(data.opened_at)}`, ...steps];
  if (data.closed_at) parts.push(`${gettext("closed")} ${app.time(data.closed_at)}`);
  return `${gettext("ENTERED FROM PAPER")}: ${parts.join(" · ")}`;
}

function changedWords(changed, app) {
  const one = ([field, [, after]]) => {
    const label = FIELDS[field]?.() ?? field;
    if (field === "type") return `${label}: ${after ? app.typeName(after) : gettext("unknown")}`;
    if (field === "priority") return priorityName(after);
    if (field === "location")
      return after ? `${label} ${app.radius(after[2])}` : `${label}: ${gettext("unknown")}`;
    return after ? `${label}: ${after}` : `${label}: –`;
  };
  return `${gettext("Changed")} ${Object.entries(changed).map(one).join(" · ")}`;
}
