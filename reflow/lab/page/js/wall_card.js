// A variable or an activation on the wall: its bands and the curves that tell whether it learns.

import { fill, h, say } from "./dom.js";
import { short } from "./format.js";
import { placeAt } from "./run_data.js";
import { sparkBands, sparkLine } from "./sparks.js";

export class WallCard {
  /** thing: {name, detail, bands: tag, role, curves: [{tag, title}]}; open: called on a click. */
  constructor(thing, open) {
    this.thing = thing;
    this.marks = h("span", { class: "marks" });
    this.range = h("span", { class: "spark-value" });
    this.bands = h("canvas", { class: "spark tall", role: "img", "aria-label": thing.name });
    this.rows = thing.curves.map(({ tag, title }) => ({
      tag,
      title,
      canvas: h("canvas", { class: "spark", role: "img", "aria-label": title }),
      value: h("b", {}),
    }));
    this.element = h(
      "article",
      { class: "card", "data-name": thing.name },
      h(
        "header",
        {},
        h(
          "button",
          {
            type: "button",
            class: "card-name",
            title: `${thing.name}: show large`,
            on: { click: open },
          },
          thing.name,
        ),
        h("small", {}, thing.detail),
        this.marks,
      ),
      this.bands,
      this.range,
      this.rows.map(({ title, canvas, value }) =>
        h("div", { class: "spark-row" }, h("span", {}, title), canvas, value),
      ),
    );
  }

  get tags() {
    return this.thing.curves.map(({ tag }) => tag);
  }

  /** marks: as health.js gives them. */
  mark(marks) {
    const key = marks.map(({ word }) => word).join();
    if (key === this.marked) return;
    this.marked = key;
    fill(
      this.marks,
      marks.map(({ sign, word, why }) =>
        h(
          "span",
          { class: "mark-sign", title: why },
          h("span", { "aria-hidden": "true" }, `${sign} `),
          word,
        ),
      ),
    );
    this.element.classList.toggle("marked", marks.length > 0);
  }

  /** distributions, scalars: of its tags; at: a step or null; last: of the run. */
  draw(distributions, scalars, at, last) {
    const series = distributions[this.thing.bands];
    this.bands.hidden = this.range.hidden = !series?.step.length;
    if (series?.step.length) {
      sparkBands(this.bands, series, this.thing.role, at, last);
      const edges = series.edges[placeAt(series, at)];
      const text = `${short(edges[0])} … ${short(series.basis[placeAt(series, at)][4])} … ${short(edges[7])}`;
      say(this.range, text);
      this.bands.setAttribute(
        "aria-label",
        `${this.thing.name}: least, middle and greatest value ${text}`,
      );
    }
    for (const { tag, title, canvas, value } of this.rows) {
      const curve = scalars[tag];
      canvas.parentElement.hidden = !curve?.step.length;
      if (!curve?.step.length) continue;
      sparkLine(canvas, curve, "ink", at, last);
      const now = short(curve.value[placeAt(curve, at)]);
      say(value, now);
      canvas.setAttribute("aria-label", `${title} of ${this.thing.name}: ${now}`);
    }
  }
}
