/** The band chart: P10–P90, P25–P75, P50, P90 and the target; a gap where there were too few cases. */
/* global uPlot */
import { durationText } from "#realtime/time";

const HEIGHT_PX = 340;
const WIDTH_PX_MIN = 280;
const DAY_S = 86_400;
const AXIS_STEPS_S = [15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400];
const BAND = ["p10_s", "p25_s", "p50_s", "p75_s", "p90_s"];

/**
 * Columns for uPlot, every day or week of the period in its place: a day without incidents is a gap, not a bridge.
 * @param {{day: string, n: number}[]} series
 * @param {number} stepDays
 * @param {number|null} limitS
 */
export function columns(series, stepDays, limitS) {
  const at = (day) => Date.parse(`${day}T00:00:00Z`) / 1000;
  const known = new Map(series.map((point) => [at(point.day), point]));
  const times = [];
  if (series.length) {
    const last = at(series.at(-1).day);
    for (let time = at(series[0].day); time <= last; time += stepDays * DAY_S) times.push(time);
  }
  const rows = BAND.map((name) => times.map((time) => known.get(time)?.[name] ?? null));
  const counts = times.map((time) => known.get(time)?.n ?? 0);
  return { data: [times, ...rows, times.map(() => limitS)], counts };
}

/** The one target that all rows of an interval share; null when there are several or none. */
export function sharedLimit(intervals, name) {
  const limits = new Set(
    intervals.filter((row) => row.name === name).map((row) => row.standard?.limit_s ?? null),
  );
  return limits.size === 1 ? [...limits][0] : null;
}

export class Chart {
  #element;
  #report;
  #language;
  #plot = null;

  constructor({ element, report, language }) {
    this.#element = element;
    this.#report = report;
    this.#language = language;
  }

  connect() {
    if (!this.#report.series.some((point) => point.p50_s !== null)) return;
    this.#draw();
    new ResizeObserver(() => this.#plot.setSize(this.#size())).observe(this.#element);
    const repaint = () => this.#draw();
    new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  #size() {
    const room = this.#element.clientWidth - 16;
    return { width: Math.max(WIDTH_PX_MIN, room), height: HEIGHT_PX };
  }

  #draw() {
    this.#plot?.destroy();
    const { series, intervals, interval, period } = this.#report;
    const limitS = sharedLimit(intervals, interval);
    const { data, counts } = columns(series, period.step === "week" ? 7 : 1, limitS);
    this.#plot = new uPlot({ ...this.#options(counts), ...this.#size() }, data, this.#element);
  }

  #options(counts) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const [accent, strong, soft, grid] = ["--accent", "--text-strong", "--text-2", "--line"].map(colour);
    const font = `12px ${colour("--font-ui")}`;
    const alone = { show: true, size: 5 };
    const hidden = { stroke: "transparent", points: { show: false } };
    const dated = new Intl.DateTimeFormat(this.#language, {
      day: "numeric",
      month: "short",
      timeZone: "UTC",
    });
    const axis = { stroke: soft, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    return {
      cursor: { drag: { x: false, y: false } },
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, Math.max(60, high * 1.1)] } },
      axes: [
        {
          ...axis,
          size: 52,
          space: 56,
          splits: (plot) => thinned(plot.data[0], Math.floor(plot.bbox.width / devicePixelRatio / 64)),
          values: (plot, splits) =>
            splits.map((time) => `${dated.format(time * 1000)}\nn ${counts[plot.data[0].indexOf(time)]}`),
        },
        {
          ...axis,
          size: 60,
          incrs: AXIS_STEPS_S,
          values: (_plot, splits) => splits.map((one) => durationText(one)),
        },
      ],
      series: [
        {},
        hidden,
        hidden,
        { stroke: accent, width: 2.5, points: alone, spanGaps: false },
        hidden,
        { stroke: strong, width: 1.8, dash: [6, 3], points: { ...alone, stroke: strong }, spanGaps: false },
        { stroke: colour("--red-fg"), width: 1.8, dash: [2, 4], points: { show: false } },
      ],
      bands: [
        { series: [5, 1], fill: `color-mix(in srgb, ${accent} 18%, transparent)` },
        { series: [4, 2], fill: `color-mix(in srgb, ${accent} 24%, transparent)` },
      ],
    };
  }
}

/** Every k-th, so that at most `most` labels stand under the axis. */
function thinned(times, most) {
  const every = Math.max(1, Math.ceil(times.length / Math.max(1, most)));
  return times.filter((_time, index) => index % every === 0);
}
