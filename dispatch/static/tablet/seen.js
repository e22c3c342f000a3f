/**
 * Has a person seen the assignment? That the tablet shows it proves nothing: it may lie in an empty cab. Somebody touched
 * it, or opened the page, while the assignment was on the screen: that is seen. No DOM.
 */
export class Seen {
  #tell;
  #told = new Set();
  #assignment = null;
  #isOnScreen = false;

  /** @param {(assignment: {id: string}) => void} tell called once for each assignment */
  constructor(tell) {
    this.#tell = tell;
  }

  /** What is drawn now. @param {{id: string, seen_at: string|null}|null} assignment @param {boolean} isOnScreen */
  drawn(assignment, isOnScreen) {
    this.#assignment = assignment;
    this.#isOnScreen = isOnScreen;
  }

  /** A finger, a key, or the page coming to the front. @param {boolean} isVisible */
  attended(isVisible) {
    const assignment = this.#assignment;
    if (!(isVisible && this.#isOnScreen && assignment)) return;
    if (assignment.seen_at || this.#told.has(assignment.id)) return;
    this.#told.add(assignment.id);
    this.#tell(assignment);
  }
}
