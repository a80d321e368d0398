// Small pictures of series, on canvas: a wall of five hundred must stay light.

import { drawBands } from "./bands.js";
import { sharpContext, strokeCurve } from "./canvas.js";
import { colour } from "./palette.js";

/** Bands of a distribution.  at: the step of the cursor, or null; last: the end of the axis. */
export function sparkBands(canvas, series, role, at, last) {
  const low = Math.min(...series.edges.map((edges) => edges[0]).filter(Number.isFinite));
  const high = Math.max(...series.edges.map((edges) => edges[7]).filter(Number.isFinite));
  const { context, x, height } = prepared(canvas, at, Math.max(last, series.step.at(-1)));
  const y = (value) => 2 + (height - 4) * (1 - (value - low) / (high - low || 1));
  drawBands(context, series, x, y, role);
  return [low, high];
}

/** A curve; where all of it is positive, on a logarithmic axis. */
export function sparkLine(canvas, series, role, at, last) {
  const values = series.value.filter((value) => value !== null);
  const scale = values.every((value) => value > 0) ? Math.log : (value) => value;
  const [low, high] = [Math.min(...values.map(scale)), Math.max(...values.map(scale))];
  const { context, x, height } = prepared(canvas, at, Math.max(last, series.step.at(-1)));
  context.strokeStyle = colour(role);
  context.lineWidth = 1.6;
  const y = (value) => 3 + (height - 6) * (1 - (scale(value) - low) / (high - low || 1));
  const points = series.value.map((value, i) => [x(series.step[i]), value === null ? null : y(value)]);
  strokeCurve(context, points);
}

/** A clean canvas of the size that it has on the page, with the cursor drawn. */
function prepared(canvas, at, last) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const context = sharpContext(canvas);
  const x = (step) => (width * step) / Math.max(last, 1);
  if (at !== null) {
    context.strokeStyle = colour("muted");
    context.setLineDash([2, 3]);
    context.strokeRect(x(at), -1, 0, height + 2);
    context.setLineDash([]);
  }
  return { context, x, height };
}
