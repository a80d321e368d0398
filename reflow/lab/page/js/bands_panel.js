// A graph of a distribution over time, as percentile bands.

import { abscissaOf, abscissas, titleOf } from "./abscissa.js";
import { bandTraces } from "./bands.js";
import { Chart } from "./chart.js";
import { short } from "./format.js";
import { Panel } from "./panel.js";
import { placeAt } from "./run_data.js";

export class BandsPanel {
  /** spec: {title, tag, role}. */
  constructor(spec, state, actions) {
    this.spec = spec;
    this.panel = new Panel(spec, actions);
    this.element = this.panel.element;
    this.chart = new Chart(this.panel.body, state, { ...spec, log: false });
  }

  async update(data, { at, kind }) {
    const series = (await data.distributions([this.spec.tag]))[this.spec.tag];
    if (!series) return;
    const x = abscissas(series, kind, data.run);
    const place = placeAt(series, at);
    const edges = series.edges[place];
    this.panel.showLegend([
      { name: "middle", value: short(series.basis[place][4]) },
      { name: "from", value: short(edges[0]) },
      { name: "to", value: short(edges[7]) },
    ]);
    this.panel.tell(
      `Step ${series.step[place]}: ${series.count[place]} values from ${short(edges[0])} to ${short(edges[7])}, ` +
        `the middle at ${short(series.basis[place][4])}, mean ${short(series.mean[place])}, ` +
        `standard deviation ${short(series.deviation[place])}. ` +
        `At the start from ${short(series.edges[0][0])} to ${short(series.edges[0][7])}.`,
    );
    await this.chart.draw(
      bandTraces(series, x, this.spec.role),
      abscissaOf(at, series, kind, data.run),
      titleOf(kind),
    );
    this.drawn = series;
  }

  picture(format) {
    return this.chart.picture(format);
  }

  /** As lines of step, time and the edges of the bands. */
  table() {
    const rows = [["step", "time", ...Array.from({ length: 8 }, (_, i) => `edge ${i} of 7`)]];
    this.drawn?.step.forEach((step, i) =>
      rows.push([step, this.drawn.time[i], ...this.drawn.edges[i]]),
    );
    return rows;
  }

  remove() {
    this.chart.remove();
  }
}
