// One variable or activation of the wall over the page, with axes.

import { BandsPanel } from "./bands_panel.js";
import { ChartState } from "./chart.js";
import { CurvesPanel } from "./curves_panel.js";
import { button, h } from "./dom.js";
import { blobOf, csvBlob, fileName, save } from "./saving.js";
import { GRADIENT } from "./tags.js";

const KINDS = { bands: BandsPanel, curves: CurvesPanel };

export class Enlarged {
  /** thing: as WallCard has it; closed: called when the reader closes it. */
  constructor(app, data, thing, closed) {
    this.app = app;
    this.data = data;
    const state = new ChartState();
    this.graphs = specsOf(data.tags, thing).map((spec) => {
      const actions = { save: (format) => this.#save(graph, format).catch((e) => app.failed(e)) };
      const graph = new KINDS[spec.kind](spec, state, actions);
      return graph;
    });
    this.dialog = h(
      "dialog",
      { class: "large", "aria-label": thing.name, on: { close: () => this.#closed(closed) } },
      h(
        "div",
        { class: "large-head" },
        h("h2", {}, thing.name),
        h("small", {}, thing.detail),
        button("Close", () => this.close()),
      ),
      h(
        "div",
        { class: "compared" },
        this.graphs.map(({ element }) => element),
      ),
    );
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  /** at: a step, or null for the newest. */
  async update(at) {
    const shown = { at, kind: "step" };
    await Promise.all(this.graphs.map((graph) => graph.update(this.data, shown)));
  }

  close() {
    this.dialog.close();
  }

  #closed(tell) {
    for (const graph of this.graphs) graph.remove();
    this.dialog.remove();
    tell();
  }

  async #save(graph, format) {
    const name = `${fileName(this.data.id, graph.spec.title)}.${format}`;
    const blob = format === "csv" ? csvBlob(graph.table()) : blobOf(await graph.picture(format));
    await save(this.app.source, this.data.id, name, blob);
  }
}

/** The graphs for what is recorded of it. */
function specsOf(all, thing) {
  const bands = [
    { title: "values", tag: thing.bands, role: thing.role },
    { title: "gradient", tag: GRADIENT + thing.name, role: "test" },
  ];
  const curves = thing.curves.map(({ tag, title }) => ({
    kind: "curves",
    title,
    startsLog: title !== "dead units",
    lines: [{ tag, name: title, role: "training" }],
  }));
  return [
    ...bands
      .filter(({ tag }) => all.distributions.includes(tag))
      .map((spec) => ({ kind: "bands", ...spec })),
    ...curves.filter(({ lines }) => all.scalars.includes(lines[0].tag)),
  ];
}
