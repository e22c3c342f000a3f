/** The words the command line knows, in both languages at once: a person in a hurry types what comes to mind. Pure. */

/** verb -> what it does */
// biome-ignore format: the words of one meaning stand on one line
export const VERBS = {
  kirim: "assign", tugaskan: "assign", assign: "assign", send: "assign",
  jawab: "answer", answer: "answer",
  tutup: "close", close: "close",
  batal: "cancel", batalkan: "cancel", cancel: "cancel",
  buka: "show", lihat: "show", show: "show",
  cari: "find", find: "find",
  gabung: "attach", attach: "attach",
  baru: "open", new: "open",
  prioritas: "priority", priority: "priority", p: "priority",
  catat: "note", note: "note",
  iseng: "dispose:prank", prank: "dispose:prank",
  hantu: "dispose:ghost", ghost: "dispose:ghost", silent: "dispose:ghost",
  info: "dispose:information", informasi: "dispose:information", information: "dispose:information",
  lepas: "release", release: "release",
  posisi: "share", lacak: "share", position: "share", locate: "share",
  akhiri: "hangup", hangup: "hangup",
  tahan: "hold", hold: "hold", lanjut: "resume", resume: "resume",
  tombol: "key", key: "key",
  bisu: "mute", mute: "mute", bicara: "unmute", unmute: "unmute",
};

/** What a crew says on the radio -> a step of its assignment or a status set by hand. */
// biome-ignore format: the words of one meaning stand on one line
export const STEPS = {
  terima: "acknowledge", diterima: "acknowledge", ack: "acknowledge",
  menuju: "en_route", berangkat: "en_route", enroute: "en_route",
  tiba: "on_scene", lokasi: "on_scene", onscene: "on_scene", arrived: "on_scene",
  mengantar: "transporting", antar: "transporting", transporting: "transporting",
  tujuan: "at_destination", destination: "at_destination",
  selesai: "clear", clear: "clear",
  siap: "available", available: "available",
  kembali: "returning", returning: "returning",
  rusak: "out_of_service", oos: "out_of_service",
  lepas: "off_duty", off: "off_duty", offduty: "off_duty",
};

/** Steps of an assignment; the others are statuses set by hand. */
export const ASSIGNMENT_STEPS = new Set(["en_route", "on_scene", "transporting", "at_destination", "clear"]);

const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/**
 * Units a word may mean: the whole callsign, its beginning, or the first letters of its name with its number
 * (`d2` and `damkar-2` are DAMKAR-2). Exact ones win.
 */
export function unitsNamed(word, units) {
  const wanted = plain(word);
  if (!wanted) return [];
  const exact = units.filter((unit) => plain(unit.callsign) === wanted);
  if (exact.length) return exact;
  const [, letters, digits] = /^(\p{L}*)(\p{N}*)$/u.exec(wanted) ?? [];
  const short = units.filter((unit) => {
    const [, name, number] = /^(\p{L}+)(.*)$/u.exec(plain(unit.callsign)) ?? [];
    return letters && digits && name?.startsWith(letters) && trimmed(number) === trimmed(digits);
  });
  if (short.length) return short;
  const last = units.filter((unit) => plain(unit.callsign.split("-").at(-1)) === wanted);
  if (last.length) return last;
  return units.filter((unit) => plain(unit.callsign).startsWith(wanted));
}

const trimmed = (digits) => digits.replace(/^0+(?=\d)/, "");

/** Incidents a word may mean: `#412`, `412`, `0412`, `2026-000412`. */
export function incidentsNumbered(word, incidents) {
  const digits = word.replace(/^#/, "");
  if (!/^[\d-]+$/.test(digits)) return [];
  const exact = incidents.filter((one) => one.number === digits || ordinal(one.number) === trimmed(digits));
  return exact.length ? exact : incidents.filter((one) => ordinal(one.number).startsWith(trimmed(digits)));
}

/** `412` of `2026-000412`. */
export function ordinal(number) {
  return trimmed(number.split("-").at(-1));
}

/** Named things (types, dispositions) a text may mean: by key or by the beginning of a word of the name. */
export function named(text, rows) {
  const wanted = plain(text);
  if (!wanted) return [];
  const exact = rows.filter((row) => plain(row.key) === wanted || plain(row.name) === wanted);
  if (exact.length) return exact;
  const starts = rows.filter(
    (row) => plain(row.name).startsWith(wanted) || plain(row.key).startsWith(wanted),
  );
  if (starts.length) return starts;
  return rows.filter((row) => row.name.split(/\s+/).some((part) => plain(part).startsWith(wanted)));
}
