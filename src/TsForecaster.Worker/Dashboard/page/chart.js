// One series as a chart: observed values, what missing ones are likely to have been, then the fan of the newest forecast.

import * as format from "./format.js";

const RECENT_CELLS = 96;
const quantiles = ["p05", "p25", "p50", "p75", "p95"];
const WITHIN_90 = 1.645;
const seconds = (iso) => Date.parse(iso) / 1000;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * Columns for uPlot: times, observed, p05, p25, p50, p75, p95, then what missing values are likely to have been: from, to. The fan is drawn
 * out of the last observed value.
 */
export function columns(detail, history) {
  const fan = detail.forecast?.steps ?? [];
  const kept = history === "recent" ? Math.max(RECENT_CELLS, 3 * fan.length) : detail.observed.length;
  const observed = detail.observed.slice(-kept);
  const last = observed.at(-1);
  const ahead = last ? fan.filter((step) => step.time > last[0]) : fan;
  const times = [...observed.map(([time]) => seconds(time)), ...ahead.map((step) => seconds(step.time))];
  const values = [...observed.map(([, value]) => value), ...ahead.map(() => null)];
  const bands = quantiles.map((name) => [
    ...observed.map((_, i) => (i === observed.length - 1 && ahead.length ? last[1] : null)),
    ...ahead.map((step) => step[name]),
  ]);
  const filled = new Map((detail.filled ?? []).map(([time, mean, sd]) => [time, [mean - WITHIN_90 * sd, mean + WITHIN_90 * sd]]));
  const ends = [0, 1].map((end) => [...observed.map(([time, value]) => (value == null ? filled.get(time)?.[end] ?? null : null)), ...ahead.map(() => null)]);
  return [times, values, ...bands, ...ends];
}

export class Chart {
  #plot = null;
  #detail = null;
  #columns = null;
  #spread = 0;
  #threshold = null;

  constructor(element, onRead) {
    this.element = element;
    this.onRead = onRead;
    this.resized = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
    this.resized.observe(element);
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("blur", () => this.#point(null));
  }

  show(detail, history) {
    this.#detail = detail;
    this.#columns = columns(detail, history);
    const values = this.#columns.slice(1).flat().filter((value) => value != null);
    this.#spread = values.length ? values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b)) : 0;
    if (this.#plot) this.#plot.setData(this.#columns);
    else this.#plot = new uPlot(this.#options(), this.#columns, this.element);
    this.element.setAttribute("aria-label", this.#summary());
    if (this.#plot.cursor.idx == null) this.onRead(this.#next());
  }

  /** Draws a line across the chart at a value; null takes it away. */
  mark(threshold) {
    if (threshold === this.#threshold) return;
    this.#threshold = threshold;
    this.#plot?.setData(this.#columns);
  }

  /** Colours come from the style sheet: after a change between light and dark the chart is made anew. */
  repaint() {
    if (!this.#plot) return;
    this.#plot.destroy();
    this.#plot = new uPlot(this.#options(), this.#columns, this.element);
  }

  destroy() {
    this.resized.disconnect();
    this.#plot?.destroy();
  }

  #size() {
    return { width: Math.max(200, this.element.clientWidth), height: Math.max(140, this.element.clientHeight) };
  }

  #options() {
    const quiet = colour("--ink-quiet");
    const accent = colour("--accent");
    const font = "12px system-ui, sans-serif";
    const axis = { stroke: quiet, font, ticks: { show: false }, grid: { stroke: colour("--grid"), width: 1 } };
    const edge = { stroke: "transparent", width: 0, points: { show: false } };
    return {
      ...this.#size(),
      padding: [18, 24, 0, 0],
      legend: { show: false },
      tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC"),
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, show: (u, i) => (i === 1 || i === 4 ? uPlot.assign(document.createElement("div")) : null) } },
      scales: { y: { range: (u, low, high) => this.#range(low, high) } },
      axes: [
        { ...axis, grid: { show: false }, size: 38, space: 72, values: (u, splits, i, space, increment) => format.axisTimes(splits, increment) },
        { ...axis, space: 36, size: (u, values) => 14 + 7 * Math.max(3, ...(values ?? []).map((text) => text.length)), values: (u, splits, i, space, increment) => format.axisValues(splits, increment) },
      ],
      series: [
        {},
        { stroke: colour("--observed"), width: 1.6, points: { show: false } },
        edge,
        edge,
        { stroke: accent, width: 2, points: { show: false } },
        edge,
        edge,
        edge,
        edge,
      ],
      bands: [
        { series: [6, 2], fill: colour("--fan-outer") },
        { series: [5, 3], fill: colour("--fan-inner") },
      ],
      hooks: {
        drawClear: [(u) => this.#drawFuture(u)],
        draw: [(u) => this.#drawFilled(u), (u) => this.#drawThreshold(u)],
        setCursor: [(u) => this.#read(u.cursor.idx)],
      },
    };
  }

  #range(low, high) {
    if (low == null) return [0, 1];
    if (this.#threshold !== null) [low, high] = [Math.min(low, this.#threshold), Math.max(high, this.#threshold)];
    const size = Math.max(Math.abs(low), Math.abs(high));
    const margin = high - low > format.flat(size) ? 0.06 * (high - low) : 0.05 * size || 1;
    return [low - margin, high + margin];
  }

  /** The time not yet seen is tinted, from the "now" line on. */
  #drawFuture(u) {
    const detail = this.#detail;
    if (!detail.forecast || !detail.observed.length) return;
    const now = u.valToPos(seconds(detail.observed.at(-1)[0]), "x", true);
    const { left, top, width, height } = u.bbox;
    const context = u.ctx;
    const ratio = devicePixelRatio;
    context.save();
    context.fillStyle = colour("--future");
    context.fillRect(now, top, left + width - now, height);
    context.strokeStyle = colour("--now");
    context.lineWidth = ratio;
    context.setLineDash([3 * ratio, 3 * ratio]);
    context.beginPath();
    context.moveTo(now, top);
    context.lineTo(now, top + height);
    context.stroke();
    context.fillStyle = colour("--ink-quiet");
    context.font = `${11 * ratio}px system-ui, sans-serif`;
    context.textBaseline = "bottom";
    context.textAlign = "center";
    context.fillText("now", now, top - 2 * ratio);
    context.restore();
  }

  /** A missing value that was filled is a hollow dot, with a whisker over nine tenths of what it may have been. */
  #drawFilled(u) {
    const [times, , , , , , , from, to] = this.#columns;
    const context = u.ctx;
    const ratio = devicePixelRatio;
    context.save();
    context.strokeStyle = colour("--observed");
    context.fillStyle = colour("--surface");
    context.lineWidth = ratio;
    times.forEach((time, i) => {
      if (from[i] == null) return;
      const x = u.valToPos(time, "x", true);
      context.beginPath();
      context.moveTo(x, u.valToPos(from[i], "y", true));
      context.lineTo(x, u.valToPos(to[i], "y", true));
      context.stroke();
      context.beginPath();
      context.arc(x, u.valToPos((from[i] + to[i]) / 2, "y", true), 2.5 * ratio, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    });
    context.restore();
  }

  #drawThreshold(u) {
    if (this.#threshold === null) return;
    const { left, width } = u.bbox;
    const y = u.valToPos(this.#threshold, "y", true);
    u.ctx.save();
    u.ctx.strokeStyle = colour("--warn");
    u.ctx.lineWidth = devicePixelRatio;
    u.ctx.beginPath();
    u.ctx.moveTo(left, y);
    u.ctx.lineTo(left + width, y);
    u.ctx.stroke();
    u.ctx.restore();
  }

  #read(index) {
    if (index == null || this.#columns[0][index] == null) return this.onRead(this.#next());
    const [times, observed, p05, p25, p50, p75, p95, from, to] = this.#columns;
    const text = (x) => format.value(x, this.#spread);
    const when = format.moment(times[index], this.#detail.interval_seconds);
    const last = this.#detail.observed.length ? seconds(this.#detail.observed.at(-1)[0]) : -Infinity;
    const missing = from[index] == null ? "missing" : `missing, likely ${text((from[index] + to[index]) / 2)}, 90 % within ${text(from[index])} to ${text(to[index])}`;
    this.onRead(
      times[index] <= last
        ? { when, what: observed[index] == null ? missing : `observed ${text(observed[index])}` }
        : { when, what: `median ${text(p50[index])}, 50 % within ${text(p25[index])} to ${text(p75[index])}, 90 % within ${text(p05[index])} to ${text(p95[index])}` },
    );
  }

  /** What is read while nobody points anywhere: the forecast of the next value. */
  #next() {
    const next = this.#detail?.forecast?.steps[0];
    if (!next) return null;
    const text = (x) => format.value(x, next.p95 - next.p05);
    return { when: "Next", what: `median ${text(next.p50)}, 90 % within ${text(next.p05)} to ${text(next.p95)}` };
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -24, PageDown: 24 }[event.key];
    const end = { Home: 0, End: this.#columns ? this.#columns[0].length - 1 : 0 }[event.key];
    if (!this.#plot || (step === undefined && end === undefined)) return;
    event.preventDefault();
    const length = this.#columns[0].length;
    const from = this.#plot.cursor.idx ?? Math.max(0, this.#detail.observed.length - 1);
    this.#point(Math.min(length - 1, Math.max(0, end ?? from + step)));
  }

  #point(index) {
    if (!this.#plot) return;
    const left = index == null ? -10 : this.#plot.valToPos(this.#columns[0][index], "x");
    this.#plot.setCursor({ left, top: index == null ? -10 : 0 });
  }

  #summary() {
    const { series, observed, forecast } = this.#detail;
    const steps = forecast?.steps ?? [];
    const known = `Chart of ${series}: ${observed.length} recent values`;
    if (!steps.length) return `${known}; no forecast yet.`;
    const end = steps.at(-1);
    const text = (x) => format.value(x, this.#spread);
    return `${known}; ${steps.length} steps ahead, median ${text(steps[0].p50)} next and ${text(end.p50)} at the end, there between ${text(end.p05)} and ${text(end.p95)} with 90 % probability. Arrow keys read single values.`;
  }
}
