// A chart's curves on canvas, at once: plotly.js, which draws them properly, takes a second to start.

import { sharpContext, strokeCurve } from "./canvas.js";
import { h } from "./dom.js";
import { short } from "./format.js";
import { colour, size } from "./palette.js";

/** Draws traces of plotly (lines, and bands between a line and the one before) as large as the
 * element, in which the canvas is put.  range: that of y, or null.  Returns the canvas. */
export function sketch(element, traces, range) {
  const canvas = h("canvas", { class: "sketch", "aria-hidden": "true" });
  element.append(canvas);
  sketches += 1;
  const [width, height] = [element.clientWidth, element.clientHeight];
  const context = sharpContext(canvas, width, height);
  const text = size("chart-text");
  const plot = { left: 3.5 * text, right: width - 1.7 * text, top: 8, bottom: height - 3 * text };
  const [low, high] = range ?? ends(traces.map(({ y }) => y));
  const last = Math.max(0, ends(traces.map(({ x }) => x))[1]);
  const across = (value) => plot.left + ((plot.right - plot.left) * value) / (last || 1);
  const up = (value) =>
    plot.bottom - ((plot.bottom - plot.top) * (value - low)) / (high - low || 1);

  context.save();
  context.beginPath();
  context.rect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
  context.clip();
  traces.forEach((trace, i) => {
    if (trace.fill === "tonexty") fillBetween(context, traces[i - 1], trace, across, up);
    if (trace.line.width) stroke(context, trace, across, up);
  });
  context.restore();

  context.strokeStyle = colour("line");
  context.strokeRect(plot.left, plot.top, 0, plot.bottom - plot.top);
  context.strokeRect(plot.left, plot.bottom, plot.right - plot.left, 0);
  context.fillStyle = colour("muted");
  context.font = `${text}px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "right";
  context.fillText(short(high), plot.left - 6, plot.top + text);
  context.fillText(short(low), plot.left - 6, plot.bottom);
  context.fillText(short(last), plot.right, plot.bottom + 1.4 * text);
  return canvas;
}

// Charts of one view get their numbers one after the other: so long after a sketch, in milliseconds,
// another one may follow.
const FOLLOWS = 150;
let sketches = 0;

/** Resolves when the sketches of a view are there, and seen. */
export async function sketched() {
  let before;
  do {
    before = sketches;
    await new Promise((resolve) => setTimeout(resolve, FOLLOWS));
  } while (sketches !== before);
}

/** The least and the greatest of numbers in lists, of which some may be null. */
function ends(lists) {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (const value of list) {
      if (value === null || !Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

function stroke(context, { x, y, line, opacity }, across, up) {
  context.globalAlpha = opacity ?? 1;
  context.strokeStyle = line.color;
  context.lineWidth = line.width;
  const points = Array.from(x, (value, i) => [across(value), (y[i] ?? null) === null ? null : up(y[i])]);
  strokeCurve(context, points);
  context.globalAlpha = 1;
}

function fillBetween(context, lower, upper, across, up) {
  context.fillStyle = upper.fillcolor;
  context.beginPath();
  upper.y.forEach((value, i) => context.lineTo(across(upper.x[i]), up(value)));
  for (let i = lower.y.length - 1; i >= 0; i -= 1) {
    context.lineTo(across(lower.x[i]), up(lower.y[i]));
  }
  context.fill();
}
