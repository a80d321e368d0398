// A run's dashboard: the six graphs, the keys of the canon, the slider over time.

import { kindsOf } from "./abscissa.js";
import { BandsPanel } from "./bands_panel.js";
import { ChartState, expectCharts } from "./chart.js";
import { CurvesPanel } from "./curves_panel.js";
import { DigitsPanel } from "./digits_panel.js";
import { button, fill, h, press, toggle } from "./dom.js";
import { key } from "./keys.js";
import { Pace } from "./pace.js";
import { onLook } from "./preferences.js";
import { Program } from "./program.js";
import { RunBar } from "./run_bar.js";
import { tellRun } from "./run_notices.js";
import { blobOf, csvBlob, fileName, save, together } from "./saving.js";
import { Slider } from "./slider.js";
import { slotsOf } from "./slots.js";

const KINDS = { curves: CurvesPanel, bands: BandsPanel, digits: DigitsPanel };
const ALL = [1, 2, 3, 4, 5, 6];
// The canon's pairs.
const PAIRS = { 7: [1, 2], 8: [4, 5], 9: [3, 6] };

export class Dashboard {
  /** app: {source, notices, ask(): wants an update}. */
  constructor(app, data) {
    expectCharts();
    this.app = app;
    this.data = data;
    this.runs = [data.id];
    this.chart = new ChartState();
    this.graphs = [];
    this.slots = null;
    this.shown = ALL;
    this.frozen = false;
    this.slider = new Slider(() => this.#drawSoon());
    this.grid = h("div", { class: "graphs" });
    this.empty = h(
      "p",
      { class: "empty", hidden: true },
      "Nothing is recorded yet. The graphs appear with the first steps.",
    );
    this.program = new Program(data);
    this.pace = new Pace(
      () => this.#draw(),
      (error) => app.failed(error),
    );
    this.looks = onLook(() => this.#drawSoon());
    this.#makeButtons();
    this.element = h(
      "main",
      { class: "dashboard", id: "content" },
      this.bar.element,
      this.tools,
      this.grid,
      this.empty,
      this.slider.element,
      this.program.element,
    );
  }

  get title() {
    return this.data.run ? `${this.data.run.program} – ${this.data.run.state}` : this.data.id;
  }

  keys() {
    const pair = (digit) =>
      key([digit], `graphs ${PAIRS[digit].join(" and ")}`, () => this.show(PAIRS[digit]));
    return [
      ...ALL.map((number) =>
        key([String(number)], `graph ${number} alone`, () => this.show([number])),
      ),
      ...["7", "8", "9"].map(pair),
      key(["0", "Escape"], "all six graphs", () => this.show(ALL), { shown: "0 or ESC" }),
      key([" "], "freeze the drawing; training goes on", () => this.freeze(), { shown: "SPACE" }),
      key([" "], "pause the program", () => this.pause(), { shift: true, shown: "Shift+SPACE" }),
      key(["o"], "box zoom", () => this.drag("zoom"), { shown: "O" }),
      key(["p"], "pan", () => this.drag("pan"), { shown: "P" }),
      key(["h", "Home"], "reset the zoom", () => this.reset(), { shown: "H" }),
      key(["g"], "grid", () => this.flip("grid"), { shown: "G" }),
      key(["k"], "logarithmic x", () => this.flip("logX"), { shown: "K" }),
      key(["l"], "logarithmic y", () => this.flip("logY"), { shown: "L" }),
      key(["s"], "save what is shown", () => this.save(), { ctrl: true, shown: "Ctrl-S" }),
    ];
  }

  async update() {
    const { data, slider } = this;
    await data.refresh(this.frozen);
    this.bar.update(data, this.frozen);
    press(this.pausing, data.run.paused);
    this.pausing.hidden = this.app.source.embedded || data.run.state !== "running";
    await tellRun(this.app.notices, data);
    if (this.frozen) return;
    this.#fillKinds();
    this.#makeGraphs();
    await this.#draw();
    slider.grow(data.lastStep);
    this.bar.update(data);
    await this.program.update();
  }

  stop() {
    this.looks();
    this.pace.stop();
    this.slider.stop();
    for (const graph of this.graphs) graph.remove();
  }

  /** Shows the graphs of these numbers, and all if there are none of them. */
  show(numbers) {
    const there = numbers.filter((number) =>
      this.graphs.some(({ spec }) => spec.number === number),
    );
    this.shown = there.length ? numbers : ALL;
    this.#arrange();
    this.#drawSoon();
  }

  freeze() {
    this.frozen = !this.frozen;
    press(this.freezing, this.frozen);
    if (this.data.run) this.bar.update(this.data, this.frozen);
    this.element.classList.toggle("is-frozen", this.frozen);
    this.app.ask();
  }

  async pause() {
    const { run } = this.data;
    if (this.pausing.hidden || !run) return;
    const paused = !run.paused;
    await this.app.source.pause(this.data.id, paused);
    // The program tells when it waits; until then the key must not ask for the same again.
    run.paused = paused;
    this.app.notices.set(
      "pause",
      paused ? "The program waits before its next step." : "The program goes on.",
      { seconds: 4 },
    );
    this.app.ask();
  }

  drag(mode) {
    this.chart.drag = mode;
    this.#drawSoon();
  }

  flip(what) {
    this.chart[what] = !this.chart[what];
    this.#drawSoon();
  }

  reset() {
    this.chart.resets += 1;
    this.#drawSoon();
  }

  /** Saves all shown graphs as one picture. */
  async save() {
    const graphs = this.#shownGraphs();
    await this.#keep(
      fileName(this.data.id, "step", this.slider.at ?? this.data.lastStep) + ".png",
      await together(graphs, this.grid),
    );
  }

  async #saveOne(graph, format) {
    const name = `${fileName(this.data.id, graph.spec.title)}.${format}`;
    await this.#keep(
      name,
      format === "csv" ? await this.#table(graph) : blobOf(await graph.picture(format)),
    );
  }

  /** As CSV: of curves all points where the lab can give them, else those that are drawn. */
  async #table(graph) {
    const tags = graph.spec.lines?.map(({ tag }) => tag);
    const address = tags ? this.app.source.exported(this.data.id, "csv", tags) : null;
    return address ? (await fetch(address)).blob() : csvBlob(graph.table());
  }

  async #keep(name, blob) {
    const path = await save(this.app.source, this.data.id, name, blob);
    this.app.notices.set(
      "saved",
      path ? `Saved: ${path} beside the run, and among your downloads.` : `Saved: ${name}.`,
      { seconds: 6 },
    );
  }

  #makeButtons() {
    const { embedded } = this.app.source;
    const tried = (act) => () => Promise.resolve(act()).catch((error) => this.app.failed(error));
    this.freezing = toggle("Freeze", () => this.freeze(), { title: "Freeze the drawing (SPACE)" });
    this.pausing = toggle(
      "Pause program",
      tried(() => this.pause()),
      { title: "Pause the program (Shift+SPACE)", hidden: embedded },
    );
    const html = embedded
      ? null
      : h(
          "a",
          {
            class: "button",
            href: this.app.source.exported(this.data.id, "html"),
            download: `${this.data.id}.html`,
            title: "The whole run as one HTML file that opens offline",
          },
          "Export",
        );
    this.bar = new RunBar(this.data.id, "", [this.freezing, this.pausing, html]);
    this.modes = {
      zoom: toggle("Zoom", () => this.drag("zoom"), { title: "Box zoom (O)" }),
      pan: toggle("Pan", () => this.drag("pan"), { title: "Pan (P)" }),
      grid: toggle("Grid", () => this.flip("grid"), { title: "Grid (G)" }),
      logX: toggle("Log x", () => this.flip("logX"), { title: "Logarithmic x (K)" }),
      logY: toggle("Log y", () => this.flip("logY"), { title: "Logarithmic y (L)" }),
    };
    this.#showModes();
    this.kind = h("select", {
      "aria-label": "What x counts",
      on: { change: () => this.#drawSoon() },
    });
    this.tools = h(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Graphs" },
      h(
        "span",
        { class: "group" },
        this.modes.zoom,
        this.modes.pan,
        button("Reset", () => this.reset(), { title: "Reset the zoom (H)" }),
      ),
      h("span", { class: "group" }, this.modes.grid, this.modes.logX, this.modes.logY),
      h("label", { class: "choice" }, "x: ", this.kind),
      h(
        "span",
        { class: "group" },
        (this.all = button("All graphs", () => this.show(ALL), {
          title: "All six graphs (0 or ESC)",
        })),
        button(
          "Save",
          tried(() => this.save()),
          { title: "Save what is shown (Ctrl-S)" },
        ),
      ),
    );
  }

  #fillKinds() {
    const kinds = kindsOf(this.data.run);
    if (this.kind.options.length === kinds.length) return;
    fill(
      this.kind,
      kinds.map((kind) => h("option", { value: kind }, kind)),
    );
  }

  /** The graphs follow what is recorded: the test digits appear with the first test. */
  #makeGraphs() {
    const slots = slotsOf(this.data.tags);
    const made = JSON.stringify(slots);
    if (made === this.slots) return;
    this.slots = made;
    for (const graph of this.graphs) graph.remove();
    this.graphs = slots.map((spec) => {
      const graph = new KINDS[spec.kind](spec, this.chart, {
        alone: (number) => this.show([number]),
        save: (format) => this.#saveOne(graph, format).catch((error) => this.app.failed(error)),
      });
      return graph;
    });
    fill(
      this.grid,
      this.graphs.map((graph) => graph.element),
    );
    this.empty.hidden = slots.length > 0;
    this.#arrange();
  }

  #arrange() {
    for (const graph of this.graphs) graph.element.hidden = !this.shown.includes(graph.spec.number);
    this.grid.dataset.count = String(this.#shownGraphs().length);
    this.all.disabled = this.shown === ALL;
  }

  #shownGraphs() {
    return this.graphs.filter((graph) => !graph.element.hidden);
  }

  #showModes() {
    for (const [name, made] of Object.entries(this.modes)) {
      press(made, name in this.chart ? this.chart[name] : this.chart.drag === name);
    }
  }

  #drawSoon() {
    this.#showModes();
    if (!this.data.run) return;
    this.pace.ask();
  }

  async #draw() {
    const shown = { at: this.slider.at, kind: this.kind.value || "step" };
    await Promise.all(this.#shownGraphs().map((graph) => graph.update(this.data, shown)));
    // For who drives the page from outside: what is drawn now.
    this.element.dataset.drawn = String(shown.at ?? this.data.lastStep);
  }
}
