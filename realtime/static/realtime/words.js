/** Words on the screen: Django's catalogue (/jsi18n/) and the names of what the wire calls by keys. */

/** English when no catalogue is loaded, as in tests. */
export const gettext = (msgid) => globalThis.gettext?.(msgid) ?? msgid;

export const ngettext = (singular, plural, count) =>
  globalThis.ngettext?.(singular, plural, count) ?? (count === 1 ? singular : plural);

/** Put values into `%(name)s`; a name without a value stays visible. */
export function fill(template, values) {
  return template.replace(/%\((\w+)\)[sd]/g, (whole, name) =>
    name in values ? String(values[name]) : whole,
  );
}

const UNIT_STATUS = {
  available: () => gettext("Available"),
  assigned: () => gettext("Assigned"),
  acknowledged: () => gettext("Acknowledged"),
  en_route: () => gettext("En route"),
  staged: () => gettext("Staged"),
  on_scene: () => gettext("On scene"),
  at_patient: () => gettext("At patient"),
  transporting: () => gettext("Transporting"),
  at_destination: () => gettext("At destination"),
  returning: () => gettext("Returning"),
  available_on_scene: () => gettext("Available on scene"),
  move_up: () => gettext("Move up"),
  out_of_service: () => gettext("Out of service"),
  off_duty: () => gettext("Off duty"),
  mayday: () => gettext("MAYDAY"),
  notified: () => gettext("Notified"),
  clear: () => gettext("Clear"),
  cancelled: () => gettext("Cancelled"),
  refused: () => gettext("Refused"),
};
const UNIT_KIND = {
  engine: () => gettext("Engine"),
  tanker: () => gettext("Tanker"),
  ladder: () => gettext("Ladder"),
  rescue: () => gettext("Rescue"),
  ambulance: () => gettext("Ambulance"),
  motorcycle: () => gettext("Motorcycle"),
  patrol: () => gettext("Patrol car"),
  pickup: () => gettext("Pickup"),
  boat: () => gettext("Boat"),
  ambulance_boat: () => gettext("Ambulance boat"),
  command: () => gettext("Command"),
};
const CHANNEL = {
  voice: () => gettext("Voice"),
  sms: () => gettext("SMS"),
  whatsapp: () => gettext("WhatsApp"),
  pbx: () => gettext("PBX"),
  app: () => gettext("App"),
};
const SOURCE = {
  aml: () => gettext("Phone (AML)"),
  whatsapp: () => gettext("WhatsApp pin"),
  share_link: () => gettext("Shared position"),
  text: () => gettext("From the words"),
  address: () => gettext("Matched address"),
  network: () => gettext("From the number"),
  history: () => gettext("Earlier incident"),
  operator: () => gettext("Set by operator"),
};
const PLACE_KIND = {
  kecamatan: () => gettext("Subdistrict"),
  kelurahan: () => gettext("Kelurahan"),
  neighbourhood: () => gettext("Neighbourhood"),
  street: () => gettext("Street"),
  junction: () => gettext("Junction"),
  km_marker: () => gettext("Kilometre"),
  fire_station: () => gettext("Fire station"),
  police: () => gettext("Police"),
  hospital: () => gettext("Hospital"),
  clinic: () => gettext("Health centre"),
  government: () => gettext("Government office"),
  rescue: () => gettext("Rescue"),
  pier: () => gettext("Pier"),
  airport: () => gettext("Airport"),
  school: () => gettext("School"),
  worship: () => gettext("Place of worship"),
  market: () => gettext("Market"),
  landmark: () => gettext("Landmark"),
  island: () => gettext("Island"),
  bridge: () => gettext("Bridge"),
  housing: () => gettext("Housing estate"),
  alley: () => gettext("Alley"),
  address: () => gettext("House number"),
  building: () => gettext("Building"),
  hydrant: () => gettext("Fire hydrant"),
  aed: () => gettext("Defibrillator"),
  fuel: () => gettext("Fuel station"),
  postcode: () => gettext("Postcode"),
  position: () => gettext("Coordinates"),
};
const CLOSURE_KIND = {
  closed: () => gettext("Closed"),
  flooded: () => gettext("Flooded"),
  slow: () => gettext("Slow"),
};
const HOSPITAL_STATE = {
  open: () => gettext("Takes patients"),
  busy: () => gettext("Busy, call first"),
  full: () => gettext("Full"),
  closed: () => gettext("Takes nobody"),
};
const PREMISE_KIND = {
  hazard: () => gettext("Hazard"),
  access: () => gettext("Access"),
  contact: () => gettext("Who to call"),
  note: () => gettext("Note"),
};
const PREMISE_SEVERITY = {
  danger: () => gettext("DANGER"),
  caution: () => gettext("Take care"),
  info: () => gettext("Good to know"),
};
const CLOSURE = {
  closed: () => gettext("Closed"),
  flooded: () => gettext("Flooded"),
  slow: () => gettext("Slow"),
};
const SEVERITY = {
  mayday: () => gettext("MAYDAY"),
  critical: () => gettext("CRITICAL"),
  warning: () => gettext("WARNING"),
  notice: () => gettext("Notice"),
};
const CALL_STATUS = {
  ringing: () => gettext("ringing"),
  queued: () => gettext("waiting"),
  answered: () => gettext("connected"),
  ended: () => gettext("ended"),
  abandoned: () => gettext("hung up before answer"),
};
const TRAVELS_BY = {
  road: () => gettext("by road"),
  boat: () => gettext("by boat"),
  air: () => gettext("straight line"),
};

const named = (table) => (key) =>
  table[key]?.() ?? (key ? String(key).replaceAll("_", " ") : gettext("unknown"));

/** Status of a unit or of an assignment. */
export const statusName = named(UNIT_STATUS);
export const kindName = named(UNIT_KIND);
export const channelName = named(CHANNEL);
export const sourceName = named(SOURCE);
export const severityName = named(SEVERITY);
export const placeKindName = named(PLACE_KIND);
export const closureKindName = named(CLOSURE_KIND);
export const hospitalStateName = named(HOSPITAL_STATE);
export const premiseKindName = named(PREMISE_KIND);
export const closureName = named(CLOSURE);
export const premiseSeverityName = named(PREMISE_SEVERITY);
export const callStatusName = named(CALL_STATUS);
export const travelName = named(TRAVELS_BY);

/** `Priority 1`, for badges. */
export function priorityName(priority) {
  return priority ? fill(gettext("Priority %(priority)s"), { priority }) : gettext("Priority unknown");
}

/** `#0412`: the running number as people say it; at least four digits. */
export function shortNumber(number) {
  const digits = (number ?? "").split("-").at(-1).replace(/^0+/, "");
  return `#${digits.padStart(4, "0")}`;
}
