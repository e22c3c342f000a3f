/** The middle column: the chosen call or incident, from its header to its timeline. */
import { gettext } from "#realtime/words";
import { assignmentsOf, callsOf, placeOf } from "#console/board";
import { CaseActions } from "#console/case_actions";
import { CaseCallers } from "#console/case_callers";
import { CaseConversation } from "#console/case_conversation";
import { CaseEvidence } from "#console/case_evidence";
import { CaseForm } from "#console/case_form";
import { CaseHead } from "#console/case_head";
import { CasePremises } from "#console/case_premises";
import { CaseShare } from "#console/case_share";
import { CaseSpoken } from "#console/case_spoken";
import { CaseTimeline } from "#console/case_timeline";
import { CaseUnits } from "#console/case_units";
import { isText } from "#console/conversation";
import { h, show } from "#console/dom";
import { Drafts } from "#console/drafts";
import { locationBody } from "#console/evidence";
import { Panel } from "#console/panel";

/**
 * @typedef {{kind: "call"|"incident", id: string, call: any|null, incident: any|null, calls: any[],
 *   assignments: any[], draft: import("./drafts.js").Draft|null, location: any|null}} Subject
 */

export class Case extends Panel {
  connect() {
    this.drafts = new Drafts();
    this.app.ui.onLeave(() => this.part("form").commit());
    this.empty = h(
      "div",
      "none",
      h("b", null, gettext("Nothing chosen yet")),
      h("span", null, gettext("Answer a call with F1, or choose a row with F2 or F3.")),
    );
    this.gone = h(
      "div",
      "none",
      h("b", null, gettext("It has left the board")),
      h("span", null, gettext("Closed or judged.")),
    );
    const parts = [
      ...[CaseHead, CaseForm, CaseActions, CasePremises, CaseEvidence, CaseShare, CaseSpoken],
      ...[CaseUnits, CaseConversation, CaseCallers, CaseTimeline],
    ];
    this.parts = parts.map((Part) => new Part(this.app, this));
    this.content = h("div", "content", ...this.parts.map((part) => part.element));
    this.element.append(this.empty, this.gone, this.content);
  }

  part(name) {
    return this.parts?.find((one) => one.name === name) ?? super.part(name);
  }

  /** @returns {Subject|null} */
  subject() {
    const { chosen } = this.app.ui;
    if (!chosen) return null;
    const call = this.app.chosenCall();
    const incident = this.app.chosenIncident();
    if (!call && !incident) return null;
    if (incident) {
      const calls = callsOf(this.app.store, incident);
      const assignments = assignmentsOf(this.app.store, incident);
      return {
        ...chosen,
        call: null,
        incident,
        calls,
        assignments,
        draft: null,
        location: incident.location,
      };
    }
    const draft = this.drafts.of(call.id);
    const location = draft.location ?? placeOf(call);
    return { ...chosen, call, incident: null, calls: [call], assignments: [], draft, location };
  }

  render() {
    const subject = this.subject();
    show(this.empty, !this.app.ui.chosen);
    show(this.gone, this.app.ui.chosen && !subject);
    show(this.content, subject);
    if (!subject) return;
    if (this.lastId !== subject.id) {
      this.lastId = subject.id;
      // Whoever only writes is read first: the conversation stands above the form.
      const below = this.part(isText(subject.call) ? "form" : "callers");
      this.content.insertBefore(this.part("conversation").element, below.element);
      for (const part of this.parts) part.reset?.(subject);
    }
    for (const part of this.parts) part.render(subject);
  }

  /** Change fields: of the incident by a command, of a call's draft here. */
  async change(changes) {
    const subject = this.subject();
    if (!subject) return { ok: false };
    if (subject.incident) {
      return this.app.act("incident.update", { incident_id: subject.incident.id, ...changes });
    }
    this.drafts.change(subject.id, changes);
    this.app.redraw();
    return { ok: true };
  }

  /** A piece of evidence becomes the location in use. What the operator found himself is kept as evidence of the call. */
  async locate(piece) {
    const subject = this.subject();
    const location = locationBody(piece);
    const asked = piece.key === "proposed" || piece.key.startsWith("place-");
    if (subject?.call && asked) {
      const { lat, lng, radius_m, label } = location;
      const place = piece.placeId ? { place_id: piece.placeId } : {};
      await this.app.act("call.locate", {
        call_id: subject.id,
        location: { lat, lng, radius_m, label, ...place },
      });
    }
    const reply = await this.change({ location });
    if (reply.ok) {
      this.app.ui.setFound([]);
      this.app.ui.propose(null);
    }
  }

  /**
   * Open an incident from the call in this column, with all that is known of it; `changes` are what the person
   * says besides, as with `baru kebakaran`.
   */
  async openIncident(changes = {}) {
    this.part("form").commit();
    const subject = this.subject();
    if (!subject?.call || this.opening) return { ok: false };
    const draft = { ...subject.draft, ...changes };
    const location = subject.location ? locationBody(subject.location) : null;
    this.opening = true;
    const body = { ...draft, location, call_id: subject.id };
    const reply = await this.app.act("incident.open", body);
    this.opening = false;
    if (!reply.ok) return reply;
    this.drafts.forget(subject.id);
    this.app.ui.choose("incident", reply.result.incident_id);
    this.app.panel("recommendation").focus();
    return reply;
  }

  focusFirst() {
    this.render();
    this.part("form").focus("type");
  }

  focus() {
    this.focusFirst();
  }
}
