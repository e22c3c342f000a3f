/** What this person looks at: chosen call or incident, picked rows, picked units. No DOM. */

/** @typedef {{kind: "call"|"incident", id: string}} Chosen */

export class UiState {
  /** @type {Chosen|null} the one in the middle column */
  chosen = null;
  /** @type {string|null} the call marked in the list of waiting calls */
  pickedCall = null;
  /** @type {Map<string, Set<string>>} incident -> units picked, once the person has changed the proposal */
  #picks = new Map();
  /** @type {{lat: number, lng: number, label: string|null}|null} a place proposed by click or search */
  proposed = null;
  /** @type {object[]} places found for what is typed */
  found = [];
  /** @type {any} the recommendation of the chosen incident as last read */
  recommendation = null;
  #listeners = new Set();
  #leaveListeners = new Set();

  /** Called while the old choice still stands: what is half typed about it must not be taken for the new one's. */
  onLeave(listener) {
    this.#leaveListeners.add(listener);
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  choose(kind, id) {
    if (this.chosen?.kind === kind && this.chosen.id === id) return;
    for (const listener of this.#leaveListeners) listener();
    this.chosen = { kind, id };
    this.proposed = null;
    this.found = [];
    if (this.recommendation?.incident_id !== id) this.recommendation = null;
    if (kind === "call") this.pickedCall = id;
    this.#tell();
  }

  leave() {
    for (const listener of this.#leaveListeners) listener();
    this.chosen = null;
    this.proposed = null;
    this.found = [];
    this.recommendation = null;
    this.#tell();
  }

  pickCall(id) {
    this.pickedCall = id;
    this.#tell();
  }

  propose(place) {
    this.proposed = place;
    this.#tell();
  }

  setFound(places) {
    this.found = places;
    this.#tell();
  }

  setRecommendation(recommendation) {
    this.recommendation = recommendation;
    this.#tell();
  }

  /** Units picked for an incident: the person's own choice, else what is recommended. */
  picks(incidentId) {
    const own = this.#picks.get(incidentId);
    if (own) return own;
    const shown = this.recommendation?.incident_id === incidentId ? this.recommendation.units : [];
    return new Set(shown.map((unit) => unit.unit_id));
  }

  togglePick(incidentId, unitId) {
    const picks = new Set(this.picks(incidentId));
    if (!picks.delete(unitId)) picks.add(unitId);
    this.#picks.set(incidentId, picks);
    this.#tell();
  }

  /** After sending: the next proposal counts again. */
  clearPicks(incidentId) {
    this.#picks.delete(incidentId);
    this.#tell();
  }

  #tell() {
    for (const listener of [...this.#listeners]) listener();
  }
}
