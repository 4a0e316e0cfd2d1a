// Numbers and times as people read them. All times are UTC.

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const thin = "\u202f";
const two = (n) => String(n).padStart(2, "0");

/** Whole numbers with a thin space between thousands. */
export function count(n) {
  return n == null ? "–" : String(n).replace(/\B(?=(\d{3})+$)/g, thin);
}

/** A value to the decimals that a spread makes sensible; as it was measured, to six significant digits, without one. */
export function value(x, spread) {
  if (x == null) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e9 || size < 1e-6) return x.toExponential(3).replace("-", "−");
  const decimals = Math.min(8, Math.max(0, Math.ceil(-Math.log10(spread / 100))));
  return grouped(x, spread > flat(size) ? size.toFixed(decimals) : String(Number(size.toPrecision(6))));
}

/** Differences up to here are rounding, not movement. */
export function flat(size) {
  return 1e-9 * Math.abs(size);
}

/** Labels of an axis of values: the decimals that its increment has. */
export function axisValues(splits, increment) {
  let decimals = 0;
  while (decimals < 8 && Math.abs(increment * 10 ** decimals - Math.round(increment * 10 ** decimals)) > 1e-6) decimals++;
  const size = Math.max(...splits.map(Math.abs));
  return splits.map((x) => (size >= 1e9 || increment < 1e-8 ? value(x) : grouped(x, Math.abs(x).toFixed(decimals))));
}

function grouped(x, digits) {
  const [whole, part] = digits.split(".");
  return (x < 0 ? "−" : "") + count(whole) + (part ? "." + part : "");
}

/** A score to two or three significant digits; rounding noise is zero. */
export function score(x) {
  if (x == null) return "–";
  if (x < 1e-12) return "0";
  if (x >= 1000) return count(Math.round(x));
  return x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x >= 0.1 || x === 0 ? x.toFixed(2) : x.toPrecision(2);
}

export function percent(x) {
  return x == null ? "–" : `${(100 * x).toFixed(0)}${thin}%`;
}

/** A probability; the ends are not claimed where they are not reached. */
export function chance(p) {
  if (p == null) return "–";
  if (p > 0 && p < 0.01) return `< 1${thin}%`;
  return p < 1 && p > 0.99 ? `> 99${thin}%` : percent(p);
}

export function duration(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"], [0.001, "ms"]];
  const [size, unit] = units.find(([length]) => seconds >= length) ?? units.at(-1);
  return `${+(seconds / size).toFixed(1)}${thin}${unit}`;
}

function clock(date, step) {
  const minutes = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  if (step >= 60) return minutes;
  const seconds = `${minutes}:${two(date.getUTCSeconds())}`;
  return step >= 1 ? seconds : `${seconds}.${String(date.getUTCMilliseconds()).padStart(3, "0")}`;
}

const day = (date) => `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;

/** A moment in full, to the precision of a grid whose cells are `step` seconds long. */
export function moment(seconds, step) {
  const date = new Date(seconds * 1000);
  const full = `${day(date)} ${date.getUTCFullYear()}`;
  return step >= 86400 ? full : `${full}, ${clock(date, step)}`;
}

/** Tick labels of a time axis: the clock or the day, and what it belongs to on a second line wherever that changes. */
export function axisTimes(splits, increment) {
  let context = null;
  return splits.map((seconds) => {
    const date = new Date(seconds * 1000);
    const monthly = increment >= 28 * 86400;
    const label = monthly ? months[date.getUTCMonth()] : increment >= 86400 ? day(date) : clock(date, increment);
    const belongs = increment >= 86400 ? String(date.getUTCFullYear()) : day(date);
    const line = belongs === context ? "" : belongs;
    context = belongs;
    return `${label}\n${line}`;
  });
}
