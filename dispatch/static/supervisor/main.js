/** The supervisor's page works without this; with it come the chart, live tiles and printing. */
import { readBoot } from "#realtime/page";
import { Chart } from "#supervisor/chart";
import { Live } from "#supervisor/live";

const boot = readBoot();
const report = JSON.parse(document.getElementById("report").textContent);

new Chart({
  element: document.querySelector('[data-panel="chart"]'),
  report,
  language: boot.language,
}).connect();
new Live(document.querySelector(".live")).connect();

const print = document.querySelector('[data-act="print"]');
print.hidden = false;
print.addEventListener("click", () => window.print());
