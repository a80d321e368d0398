// A distribution over time as the canon draws it: seven bands with as many values in each, the
// middle ones darkest.  For plotly, and for the small pictures of the wall.

import { colour, translucent } from "./palette.js";

export const EDGES = 8;
// What lies under a band when the canon lays four half-transparent shapes over each other.
const ALPHAS = [0.2, 0.36, 0.5, 0.64, 0.5, 0.36, 0.2];

/** Traces of plotly.  role: the colour's name in the style sheet. */
export function bandTraces(series, x, role) {
  const base = colour(role);
  const traces = [];
  for (let edge = 0; edge < EDGES; edge += 1) {
    traces.push({
      type: "scatter",
      mode: "lines",
      x,
      y: series.edges.map((edges) => edges[edge]),
      line: { width: 0 },
      fill: edge ? "tonexty" : "none",
      fillcolor: edge ? translucent(base, ALPHAS[edge - 1]) : undefined,
      hoverinfo: "skip",
    });
  }
  traces.push({
    type: "scatter",
    mode: "lines",
    name: "middle",
    x,
    y: series.basis.map((basis) => basis[4]),
    line: { width: 1.5, color: base },
    customdata: series.edges.map((edges) => [edges[0], edges[1], edges[6], edges[7]]),
    hovertemplate:
      "middle %{y:.3~g}<br>5 of 7 between %{customdata[1]:.3~g} and %{customdata[2]:.3~g}" +
      "<br>all between %{customdata[0]:.3~g} and %{customdata[3]:.3~g}<extra></extra>",
  });
  return traces;
}

/** The same on a canvas of any size.  x, y: from values to pixels. */
export function drawBands(context, series, x, y, role) {
  const base = colour(role);
  for (let band = 0; band < EDGES - 1; band += 1) {
    context.fillStyle = translucent(base, ALPHAS[band]);
    context.beginPath();
    series.step.forEach((step, i) => context.lineTo(x(step), y(series.edges[i][band])));
    for (let i = series.step.length - 1; i >= 0; i -= 1) {
      context.lineTo(x(series.step[i]), y(series.edges[i][band + 1]));
    }
    context.fill();
  }
}
