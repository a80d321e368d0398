// Runs side by side: one graph for each figure, all runs on the same axes.

import { KINDS, abscissas, titleOf } from "./abscissa.js";
import { Chart, ChartState, expectCharts, line } from "./chart.js";
import { fill, h, press, say, toggle, button } from "./dom.js";
import { setting, short } from "./format.js";
import { key } from "./keys.js";
import { distinct } from "./palette.js";
import { Pace } from "./pace.js";
import { Panel } from "./panel.js";
import { onLook } from "./preferences.js";
import { RunBar, address, badge } from "./run_bar.js";
import { blobOf, csvBlob, fileName, save } from "./saving.js";
import { smoothed } from "./smoothing.js";

// These are shown at first; the others wait for somebody to choose them.
const FIRST = ["accuracy/", "loss/", "evaluated/", "fetched/", "summary/", "learning_rate/"];
const AT_FIRST = 6;
const MOST = 12;

export class Compare {
  constructor(app, runs) {
    expectCharts();
    this.app = app;
    this.all = runs;
    this.runs = runs.map(({ id }) => id);
    this.title =
      runs.length === 1 ? `Curves of ${runs[0].id}` : `Comparison of ${runs.length} runs`;
    // Of one run it shows every curve there is, and stands among its other views.
    this.bar = runs.length === 1 ? new RunBar(runs[0].id, "curves") : null;
    this.state = new ChartState();
    this.graphs = new Map();
    this.chosen = null;
    this.#makeTools();
    this.summary = h("div", {
      class: "table-frame",
      tabindex: "0",
      role: "region",
      "aria-label": "The compared runs",
    });
    this.grid = h("div", { class: "compared" });
    this.choice = h("fieldset", { class: "tags" });
    this.element = h(
      "main",
      { class: "compare", id: "content" },
      this.bar?.element ??
        h(
          "div",
          { class: "run-bar" },
          h("h1", {}, "Comparison"),
          h("a", { href: "#/" }, "All runs"),
        ),
      this.tools,
      this.bar ? null : this.summary,
      this.grid,
      h("details", { class: "fold" }, h("summary", {}, "Which graphs"), this.choice),
    );
    this.pace = new Pace(
      () => this.#draw(),
      (error) => app.failed(error),
    );
    this.looks = onLook(() => this.pace.ask());
  }

  keys() {
    return [
      key(["o"], "box zoom", () => this.#drag("zoom"), { shown: "O" }),
      key(["p"], "pan", () => this.#drag("pan"), { shown: "P" }),
      key(["h", "Home"], "reset the zoom", () => this.#reset(), { shown: "H" }),
      key(["g"], "grid", () => this.#flip("grid"), { shown: "G" }),
      key(["k"], "logarithmic x", () => this.#flip("logX"), { shown: "K" }),
      key(["l"], "logarithmic y", () => this.#flip("logY"), { shown: "L" }),
    ];
  }

  async update() {
    const settled = await Promise.allSettled(this.all.map((data) => data.refresh()));
    const failure = settled.find(({ status }) => status === "rejected");
    if (!this.#there().length)
      throw failure?.reason ?? new Error("no run to compare: choose some in the table of runs");
    this.bar?.update(this.all[0]);
    this.#chooseGraphs();
    this.#summarise();
    await this.#draw();
    if (failure) throw failure.reason;
  }

  stop() {
    this.looks();
    this.pace.stop();
    for (const { chart } of this.graphs.values()) chart.remove();
  }

  #there() {
    return this.all.filter(({ run }) => run);
  }

  #makeTools() {
    this.modes = {
      zoom: toggle("Zoom", () => this.#drag("zoom"), { title: "Box zoom (O)" }),
      pan: toggle("Pan", () => this.#drag("pan"), { title: "Pan (P)" }),
      grid: toggle("Grid", () => this.#flip("grid"), { title: "Grid (G)" }),
      logX: toggle("Log x", () => this.#flip("logX"), { title: "Logarithmic x (K)" }),
      logY: toggle("Log y", () => this.#flip("logY"), { title: "Logarithmic y (L)" }),
    };
    this.kind = h(
      "select",
      { "aria-label": "What x counts", on: { change: () => this.#reset() } },
      KINDS.map((kind) => h("option", { value: kind }, kind)),
    );
    this.smoothing = h("input", {
      type: "range",
      min: "0",
      max: "0.98",
      step: "0.02",
      value: "0",
      class: "smoothing",
      "aria-label": "Smoothing",
      on: { input: () => this.pace.ask() },
    });
    this.weight = h("output", {}, "0");
    this.tools = h(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Graphs" },
      h(
        "span",
        { class: "group" },
        this.modes.zoom,
        this.modes.pan,
        button("Reset", () => this.#reset(), { title: "Reset the zoom (H)" }),
      ),
      h("span", { class: "group" }, this.modes.grid, this.modes.logX, this.modes.logY),
      h("label", { class: "choice" }, "x: ", this.kind),
      h("label", { class: "choice" }, "smoothing ", this.smoothing, this.weight),
    );
  }

  /** A graph for each chosen tag; the choice is of all tags that any run has. */
  #chooseGraphs() {
    const tags = [...new Set(this.#there().flatMap((data) => data.tags.scalars))].sort();
    if (!this.chosen) {
      const first = FIRST.flatMap((prefix) => tags.filter((tag) => tag.startsWith(prefix)));
      this.chosen = new Set(
        [...first, ...tags].slice(0, Math.max(AT_FIRST, Math.min(first.length, MOST))),
      );
    }
    const all = tags.join("\n");
    if (all !== this.allTags) {
      this.allTags = all;
      fill(
        this.choice,
        h("legend", { class: "unseen" }, "Graphs"),
        tags.map((tag) => this.#choiceOf(tag)),
      );
    }
    for (const tag of [...this.chosen].filter((tag) => tags.includes(tag) && !this.graphs.has(tag)))
      this.#add(tag);
  }

  #choiceOf(tag) {
    const check = h("input", { type: "checkbox" });
    check.checked = this.chosen.has(tag);
    check.addEventListener("change", () => {
      if (check.checked) {
        this.chosen.add(tag);
        this.#add(tag);
      } else {
        this.chosen.delete(tag);
        this.graphs.get(tag)?.chart.remove();
        this.graphs.get(tag)?.panel.element.remove();
        this.graphs.delete(tag);
      }
      this.pace.ask();
    });
    return h("label", {}, check, tag);
  }

  #add(tag) {
    const options = tag.startsWith("accuracy/")
      ? { yRange: [0, 1] }
      : { startsLog: /^(gradient_norm|update_ratio)\//.test(tag) };
    const panel = new Panel(
      { kind: "curves", title: tag },
      { save: (format) => this.#save(tag, format).catch((error) => this.app.failed(error)) },
    );
    this.graphs.set(tag, { panel, chart: new Chart(panel.body, this.state, options), rows: [] });
    this.grid.append(panel.element);
  }

  /** What the runs are called in the legends, and in which they differ. */
  #summarise() {
    const runs = this.#there();
    const values = (name) => runs.map(({ run }) => JSON.stringify(run.hyperparameters[name]));
    const names = [...new Set(runs.flatMap(({ run }) => Object.keys(run.hyperparameters)))];
    const differing = names.filter((name) => new Set(values(name)).size > 1);
    fill(
      this.summary,
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["run", "state", "program", ...differing].map((name) =>
              h("th", { scope: "col" }, h("span", { class: "column" }, name.replaceAll("_", " "))),
            ),
          ),
        ),
        h(
          "tbody",
          {},
          runs.map((data) => this.#row(data, differing)),
        ),
      ),
    );
  }

  #row({ id, run }, differing) {
    const style = distinct(this.runs.indexOf(id));
    return h(
      "tr",
      {},
      h(
        "th",
        { scope: "row" },
        h(
          "span",
          { class: "legend-entry" },
          h("span", { class: `swatch ${style.dash}`, style: { "--swatch": style.color } }),
          h("a", { href: address(id) }, id),
        ),
      ),
      h("td", {}, badge(run.state)),
      h("td", {}, [run.program, ...run.arguments].join(" ")),
      differing.map((name) => h("td", {}, setting(run.hyperparameters[name]))),
    );
  }

  async #draw() {
    for (const [name, made] of Object.entries(this.modes))
      press(made, name in this.state ? this.state[name] : this.state.drag === name);
    const weight = Number(this.smoothing.value);
    say(this.weight, String(weight));
    const tags = [...this.graphs.keys()];
    const found = await Promise.all(
      this.#there().map(async (data) => [data, await data.scalars(tags)]),
    );
    await Promise.all(
      [...this.graphs].map(([tag, graph]) => this.#drawOne(tag, graph, found, weight)),
    );
    this.element.dataset.drawn = `${tags.length} ${weight} ${this.kind.value}`;
  }

  async #drawOne(tag, graph, found, weight) {
    const kind = this.kind.value;
    const traces = [];
    const entries = [];
    graph.rows = [["run", "tag", "step", "time", "value"]];
    for (const [data, series] of found.filter(([, all]) => all[tag])) {
      const { step, time, value } = series[tag];
      const style = distinct(this.runs.indexOf(data.id));
      const x = abscissas(series[tag], kind, data.run);
      const values = smoothed(value, weight);
      if (weight) traces.push(line(data.id, x, value, { ...style, opacity: 0.25, quiet: true }));
      traces.push({ ...line(data.id, x, values, style), hovertemplate: "%{y:.4~g}" });
      // Of a single run the page's head tells the name.
      const name = this.runs.length > 1 ? data.id : "last";
      entries.push({ name, value: short(values.at(-1)), ...style });
      step.forEach((_, i) => graph.rows.push([data.id, tag, step[i], time[i], value[i]]));
    }
    graph.panel.showLegend(entries);
    graph.panel.tell(entries.map(({ name, value }) => `${name}: ${value} at the end.`).join(" "));
    await graph.chart.draw(traces, null, titleOf(kind));
  }

  async #save(tag, format) {
    const graph = this.graphs.get(tag);
    const name = `${fileName("comparison", tag)}.${format}`;
    await save(
      this.app.source,
      this.runs[0],
      name,
      format === "csv" ? csvBlob(graph.rows) : blobOf(await graph.chart.picture(format)),
    );
  }

  #drag(mode) {
    this.state.drag = mode;
    this.pace.ask();
  }

  #flip(what) {
    this.state[what] = !this.state[what];
    this.pace.ask();
  }

  #reset() {
    this.state.resets += 1;
    this.pace.ask();
  }
}
