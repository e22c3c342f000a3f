/** What a number's earlier calls say, in words: short for a list, whole for the case. */
import { fill, gettext } from "#realtime/words";

/**
 * @param {{days: number, pranks: number, ghosts: number, emergency_at: string|null, emergency_type: string|null}|null} history
 * @returns {{short: string, long: string}} both empty when nothing is known
 */
export function historyText(history, app) {
  if (!history) return { short: "", long: "" };
  const parts = [];
  if (history.pranks) parts.push(fill(gettext("%(count)s prank calls"), { count: history.pranks }));
  if (history.ghosts) parts.push(fill(gettext("%(count)s silent calls"), { count: history.ghosts }));
  const nuisance = parts.length
    ? fill(gettext("%(what)s in %(days)s days"), { what: parts.join(", "), days: history.days })
    : "";
  const real = history.emergency_at
    ? fill(gettext("real on %(day)s: %(type)s"), {
        day: app.day(history.emergency_at),
        type: history.emergency_type ? app.typeName(history.emergency_type) : gettext("an emergency"),
      })
    : "";
  const short = [
    history.pranks ? fill(gettext("%(count)s× prank"), { count: history.pranks }) : "",
    history.emergency_at ? gettext("was real") : "",
  ];
  return {
    short: short.filter(Boolean).join(" · "),
    long: [nuisance, real].filter(Boolean).join(" · "),
  };
}

/** Why a call has a later place in the queue; empty when it has not. */
export function loweredText(call) {
  if (call.restricted) return call.key_pressed ? gettext("restricted, key pressed") : gettext("restricted");
  return call.burst && !call.key_pressed ? gettext("calls again and again, no key") : "";
}
