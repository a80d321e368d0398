// The way of the gradient: its size at each layer, from the loss back to the input.

import { Chart, ChartState, expectCharts } from "./chart.js";
import { short } from "./format.js";
import { colour } from "./palette.js";
import { Panel } from "./panel.js";
import { placeAt } from "./run_data.js";
import { blobOf, csvBlob, fileName, save } from "./saving.js";
import { FLOW, GRADIENT_NORM } from "./tags.js";

const ROOT = { kind: "curves", title: "The gradient's way from the loss to the input" };

export class GradientFlow {
  constructor(app, data) {
    expectCharts();
    this.data = data;
    const kept = async (format) =>
      save(
        app.source,
        data.id,
        `${fileName(data.id, "gradient-flow")}.${format}`,
        format === "csv" ? csvBlob(this.rows) : blobOf(await this.chart.picture(format)),
      );
    this.panel = new Panel(ROOT, {
      save: (format) => kept(format).catch((error) => app.failed(error)),
    });
    this.element = this.panel.element;
    this.chart = new Chart(this.panel.body, new ChartState(), {
      startsLog: true,
      names: true,
      yTitle: "norm",
    });
    this.rows = [];
  }

  /** layers: of graph.json's roles, from the input to the loss. */
  async update(layers) {
    const back = [...layers].reverse();
    const flows = back.map(({ activation }) => FLOW + activation);
    const slopes = back.map(({ variables }) => GRADIENT_NORM + variables[0]);
    const found = await this.data.scalars([...flows, ...slopes]);
    this.element.hidden = !Object.keys(found).length;
    if (this.element.hidden) return;
    const names = back.map(({ name }) => name);
    const last = this.data.lastStep;
    const curves = [
      {
        name: "by activations, now",
        tags: flows,
        at: null,
        color: colour("training"),
        dash: "solid",
      },
      { name: "at the start", tags: flows, at: 0, color: colour("training"), dash: "dot" },
      { name: "half-way", tags: flows, at: last / 2, color: colour("training"), dash: "dash" },
      { name: "by weights, now", tags: slopes, at: null, color: colour("weights"), dash: "solid" },
    ].map((curve) => ({ ...curve, values: curve.tags.map((tag) => at(found[tag], curve.at)) }));
    const there = curves.filter(({ values }) => values.some((value) => value !== null));
    this.panel.showLegend(there.map(({ name, color, dash }) => ({ name, color, dash })));
    this.panel.tell(
      there
        .map(
          ({ name, values }) =>
            `${name}: ${names.map((layer, i) => `${layer} ${short(values[i])}`).join(", ")}.`,
        )
        .join(" "),
    );
    this.rows = [["curve", ...names], ...there.map(({ name, values }) => [name, ...values])];
    const traces = there.map(({ name, color, dash, values }) => ({
      type: "scatter",
      mode: "lines+markers",
      name,
      x: names,
      y: values,
      line: { color, dash, width: dash === "solid" ? 2.4 : 1.4 },
      marker: { color, size: 8 },
      hovertemplate: "%{y:.3~g}",
    }));
    await this.chart.draw(traces, null, "from the loss to the input");
  }

  remove() {
    this.chart.remove();
  }
}

function at(series, step) {
  return series?.step.length ? series.value[placeAt(series, step)] : null;
}
