/** Another status: without an assignment what the unit does, with one the steps that were forgotten, or a refusal. */
import { icon, statusSymbol } from "#realtime/icons";
import { gettext, statusName } from "#realtime/words";
import { make, slot, write } from "#tablet/dom";
import { commandFor, isAllowed, otherSteps, verbOf } from "#tablet/steps";

const RESTING = ["available", "returning", "move_up", "out_of_service", "off_duty"];
const OUT_OF_SERVICE_REASONS = [
  () => gettext("Vehicle broken down"),
  () => gettext("Refuelling"),
  () => gettext("Filling water"),
  () => gettext("Cleaning and restocking"),
  () => gettext("Crew incomplete"),
  () => gettext("Meal and prayer"),
];
const REFUSAL_REASONS = [
  () => gettext("Vehicle broken down"),
  () => gettext("Crew incomplete"),
  () => gettext("Road cannot be passed"),
  () => gettext("Another emergency in front of us"),
  () => gettext("Not suitable for this incident"),
];

export class Choices {
  #actions;
  #mode = "main";
  #redraw;

  /** @param {{actions: {send: Function, chosen: () => void}, redraw: () => void}} options */
  constructor({ actions, redraw }) {
    this.#actions = actions;
    this.#redraw = redraw;
  }

  connect() {
    document.querySelector('[data-act="choices-back"]').addEventListener("click", () => {
      if (this.#mode === "main") this.#actions.chosen();
      else this.#show("main");
    });
  }

  open() {
    this.#mode = "main";
  }

  render(view) {
    const { title, buttons } = this.#content(view);
    write("choices-title", title);
    slot("choices-grid").replaceChildren(...buttons);
  }

  #content(view) {
    if (this.#mode === "refuse") return this.#refusal(view);
    if (this.#mode === "out_of_service") return this.#outOfService(view);
    return view.isOver ? this.#resting(view) : this.#working(view);
  }

  #resting(view) {
    const now = view.status?.word;
    const buttons = RESTING.filter((status) => status !== now).map((status) =>
      this.#button(statusSymbol(status), statusName(status), () => {
        if (status === "out_of_service") this.#show("out_of_service");
        else this.#send("unit.set_status", { unit_id: view.unit.id, status });
      }),
    );
    return { title: gettext("What is the unit doing?"), buttons };
  }

  #working(view) {
    const { assignment, unit } = view;
    const buttons = otherSteps(assignment, unit).map((step) =>
      this.#button(statusSymbol(step === "clear" ? "available" : step), verbOf(step), () => {
        const { name, body } = commandFor(assignment, step);
        this.#send(name, body);
      }),
    );
    if (isAllowed(assignment.status, "refused")) {
      buttons.push(this.#button("u-no", gettext("Refuse, with a reason"), () => this.#show("refuse")));
    }
    return { title: gettext("Another step instead"), buttons };
  }

  #refusal(view) {
    const assignment_id = view.assignment?.id;
    const buttons = REFUSAL_REASONS.map((words) =>
      this.#button("u-no", words(), () =>
        this.#send("assignment.refuse", { assignment_id, reason: words() }),
      ),
    );
    return { title: gettext("Why can the unit not go? The centre is alarmed at once."), buttons };
  }

  #outOfService(view) {
    const body = { unit_id: view.unit.id, status: "out_of_service" };
    const buttons = OUT_OF_SERVICE_REASONS.map((words) =>
      this.#button(statusSymbol("out_of_service"), words(), () =>
        this.#send("unit.set_status", { ...body, reason: words() }),
      ),
    );
    return { title: gettext("Why is the unit out of service?"), buttons };
  }

  #button(symbol, words, act) {
    const button = make("button", { className: "btn2 tall", attributes: { type: "button" } });
    button.append(icon(symbol), make("span", { text: words }));
    button.addEventListener("click", act);
    return button;
  }

  #send(name, body) {
    this.#actions.send(name, body);
    this.#actions.chosen();
  }

  #show(mode) {
    this.#mode = mode;
    this.#redraw();
  }
}
