// A distribution at one step as a picture: how dense the values lie, from edges of equal count.

import { sharpContext } from "./canvas.js";
import { colour, translucent } from "./palette.js";
import { h } from "./dom.js";
import { short } from "./format.js";
import { placeAt } from "./run_data.js";

/** title: what is shown; series: of distributions; role: the colour. */
export function densityFigure(title, series, role) {
  const canvas = h("canvas", { class: "density", role: "img" });
  const place = placeAt(series, null);
  const edges = series.edges[place];
  const mean = `mean ${short(series.mean[place])}, deviation ${short(series.deviation[place])}, norm ${short(series.norm[place])}`;
  const zeros = series.zeros[place]
    ? `, ${short((100 * series.zeros[place]) / series.count[place])} % zeros`
    : "";
  const about = `step ${series.step[place]}: ${mean}${zeros}`;
  canvas.setAttribute(
    "aria-label",
    `${title}, ${about}, from ${short(edges[0])} to ${short(edges.at(-1))}`,
  );
  const element = h(
    "figure",
    { class: "density-figure" },
    h("figcaption", {}, h("b", {}, title), ` ${about}`),
    canvas,
    h(
      "div",
      { class: "density-axis", "aria-hidden": "true" },
      h("span", {}, short(edges[0])),
      h("span", {}, short(edges.at(-1))),
    ),
  );
  requestAnimationFrame(() => draw(canvas, series.basis[place], edges, colour(role)));
  return element;
}

/** Each stretch between two edges holds as many values: the shorter, the higher. */
function draw(canvas, basis, edges, base) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const context = sharpContext(canvas);
  const [low, high] = [edges[0], edges.at(-1)];
  const span = high - low || 1;
  const narrowest = span / 200;
  const densities = edges.slice(1).map((edge, i) => 1 / Math.max(edge - edges[i], narrowest));
  const most = Math.max(...densities);
  const x = (value) => (width * (value - low)) / span;
  context.fillStyle = translucent(base, 0.45);
  densities.forEach((density, i) => {
    const tall = (height - 4) * Math.sqrt(density / most);
    context.fillRect(
      x(edges[i]),
      height - tall,
      Math.max(1, x(edges[i + 1]) - x(edges[i]) - 0.5),
      tall,
    );
  });
  context.fillStyle = base;
  context.fillRect(x(basis[4]) - 1, 0, 2, height);
}
