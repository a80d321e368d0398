// Numbers and times as people read them.

/** A number in few characters: 0.9713, 12.4, 3.2e-7; "–" for what is not there. */
export function short(value) {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(1).replace("e+", "e");
  if (Number.isInteger(value)) return count(value);
  if (size >= 1000) return count(Math.round(value));
  return String(Number(value.toPrecision(4)));
}

/** A whole number with its thousands apart. */
export function count(value) {
  return value === null || value === undefined ? "–" : Math.round(value).toLocaleString("en-US");
}

export function percent(fraction, digits = 1) {
  return fraction === null || fraction === undefined
    ? "–"
    : `${(100 * fraction).toFixed(digits)} %`;
}

/** Seconds as 12 s, 3 min 5 s, 2 h 10 min. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** Seconds since 1970 as a date and a time of day, here. */
export function moment(seconds) {
  return new Date(seconds * 1000).toLocaleString("sv-SE", {
    dateStyle: "short",
    timeStyle: "short",
  });
}

export function bytes(size) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (size >= 1000 && at < units.length - 1) {
    size /= 1000;
    at += 1;
  }
  return `${at ? size.toPrecision(3) : size} ${units[at]}`;
}

export function microseconds(time) {
  return time >= 1000 ? `${(time / 1000).toPrecision(3)} ms` : `${Math.round(time)} µs`;
}

/** [null, 28, 28, 1] as "? × 28 × 28 × 1". */
export function shape(sizes) {
  if (sizes === null || sizes === undefined) return "unknown";
  return sizes.length
    ? sizes.map((size) => (size === null || size < 0 ? "?" : size)).join(" × ")
    : "scalar";
}

/** A value of the hyperparameters. */
export function setting(value) {
  if (value === undefined || value === null) return "–";
  if (typeof value === "number") return short(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What follows the first slash of a tag. */
export function nameOf(tag) {
  return tag.slice(tag.indexOf("/") + 1);
}
