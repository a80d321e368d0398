// Colours of what is drawn, from the style sheet: one place for both themes.

/** The colour that the style sheet gives a role: "ink", "line", "training", "test", ... */
export function colour(role) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${role}`).trim();
}

/** A size in pixels that the style sheet gives. */
export function size(role) {
  return parseFloat(colour(role));
}

const HUES = 8;
const DASHES = ["solid", "dash", "dot", "dashdot"];

/** Of the n-th of many: eight hues that colour-blind eyes tell apart, then other dashes. */
export function distinct(n) {
  return { color: colour(`hue-${n % HUES}`), dash: DASHES[Math.floor(n / HUES) % DASHES.length] };
}

/** #rrggbb as [red, green, blue]. */
export function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

export function translucent(hex, alpha) {
  return `rgba(${channels(hex).join(", ")}, ${alpha})`;
}
