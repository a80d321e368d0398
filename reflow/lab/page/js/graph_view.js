// The graph of a run: scopes that open, shapes, costs, and the gradient's way.

import { button, fill, h, press, say, toggle } from "./dom.js";
import { GraphDrawing } from "./graph_drawing.js";
import { GraphModel, modelOps, producer } from "./graph_model.js";
import { GradientFlow } from "./gradient_flow.js";
import { key } from "./keys.js";
import { OpDetail } from "./op_detail.js";
import { onLook } from "./preferences.js";
import { RunBar } from "./run_bar.js";
import { tellRun } from "./run_notices.js";

// Larger than `fit` nothing is drawn by itself, nor smaller than `readable`.
const ZOOM = { step: 1.25, least: 0.2, most: 3, fit: 1.1, readable: 0.5 };

export class GraphView {
  constructor(app, data) {
    this.app = app;
    this.data = data;
    this.runs = [data.id];
    this.open = new Set();
    this.onlyModel = true;
    this.heat = "microseconds";
    this.zoom = 1;
    this.bar = new RunBar(data.id, "graph");
    this.detail = new OpDetail(data, (name) => this.#reveal(name));
    this.flow = new GradientFlow(app, data);
    this.flow.element.hidden = true;
    this.canvas = h("div", {
      class: "graph-frame",
      tabindex: "0",
      role: "region",
      "aria-label": "Graph",
      on: { click: (event) => this.#click(event), keydown: (event) => this.#key(event) },
    });
    this.said = h("p", { class: "empty" });
    this.#makeTools();
    this.element = h(
      "main",
      { class: "graph-view", id: "content" },
      this.bar.element,
      this.tools,
      this.said,
      h("div", { class: "graph-parts" }, this.canvas, this.detail.element),
      this.flow.element,
    );
    this.looks = onLook(() => this.#drawFlow());
    this.#letPan();
  }

  get title() {
    return `Graph of ${this.data.run?.program ?? this.data.id}`;
  }

  keys() {
    return [
      key(["/"], "search an op", () => this.search.focus()),
      key(["+", "="], "larger", () => this.#scale(ZOOM.step), { shown: "+" }),
      key(["-"], "smaller", () => this.#scale(1 / ZOOM.step)),
      key(["f"], "fit into the window", () => this.#fit(), { shown: "F" }),
      key(["e"], "everything, or only the model", () => this.#choose(!this.onlyModel), {
        shown: "E",
      }),
      key(["Escape"], "close all scopes", () => this.#closeAll(), { shown: "ESC" }),
    ];
  }

  async update() {
    const { data } = this;
    await data.refresh();
    this.bar.update(data);
    await tellRun(this.app.notices, data);
    if (!this.graph) {
      this.graph = await data.part("graph").catch(() => null);
      say(
        this.said,
        this.graph
          ? ""
          : `The graph of this run is not recorded${data.run.state === "running" ? " yet" : ""}.`,
      );
      if (!this.graph) return;
      this.trace = await data.part("trace").catch(() => null);
      this.#index();
      this.#choose(this.onlyModel);
    }
    await this.#drawFlow();
  }

  stop() {
    this.looks();
    this.flow.remove();
  }

  #makeTools() {
    this.search = h("input", {
      type: "search",
      placeholder: "Find an op",
      "aria-label": "Find an op",
      list: "op-names",
      on: { change: () => this.#find() },
    });
    this.names = h("datalist", { id: "op-names" });
    this.model = toggle("Model", () => this.#choose(true), {
      title: "What losses and predictions are computed from (E)",
    });
    this.everything = toggle("Everything", () => this.#choose(false), {
      title: "With gradients, updates and initializers (E)",
    });
    this.heats = {
      microseconds: toggle("Time", () => this.#warm("microseconds")),
      bytes: toggle("Memory", () => this.#warm("bytes")),
    };
    this.tools = h(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Graph" },
      h("span", { class: "group" }, this.model, this.everything),
      (this.heatGroup = h("span", { class: "group" }, this.heats.microseconds, this.heats.bytes)),
      h(
        "span",
        { class: "group" },
        button("−", () => this.#scale(1 / ZOOM.step), { "aria-label": "Smaller" }),
        button("Fit", () => this.#fit()),
        button("+", () => this.#scale(ZOOM.step), { "aria-label": "Larger" }),
      ),
      this.search,
      this.names,
    );
  }

  #index() {
    this.consumers = new Map();
    for (const node of this.graph.nodes) {
      for (const input of node.inputs) {
        const from = producer(input);
        if (!this.consumers.has(from)) this.consumers.set(from, []);
        this.consumers.get(from).push(node.name);
      }
    }
    fill(
      this.names,
      this.graph.nodes.slice(0, 3000).map(({ name }) => h("option", { value: name })),
    );
    this.heatGroup.hidden = !this.trace;
    if (!this.trace) this.heat = null;
  }

  /** What ops cost together, or null if nothing of them was traced. */
  #cost(names) {
    const known = names.map((name) => this.trace?.ops[name]).filter(Boolean);
    if (!known.length) return null;
    const sum = (what) => known.reduce((all, one) => all + (one[what] ?? 0), 0);
    return { microseconds: sum("microseconds"), bytes: sum("bytes") };
  }

  #choose(onlyModel) {
    this.onlyModel = onlyModel;
    press(this.model, onlyModel);
    press(this.everything, !onlyModel);
    if (!this.graph) return;
    const names = onlyModel ? modelOps(this.graph) : null;
    this.shown = new GraphModel(this.graph, names?.size ? names : null);
    this.open = new Set();
    this.#draw();
    this.#fit();
  }

  #warm(what) {
    this.heat = this.heat === what ? null : what;
    this.#draw();
  }

  #draw() {
    for (const [what, made] of Object.entries(this.heats)) press(made, what === this.heat);
    this.drawing = new GraphDrawing(this.shown, this.open, (names) => this.#cost(names), this.heat);
    fill(this.canvas, this.drawing.element);
    this.#scale(1);
    this.#mark();
    this.element.dataset.drawn = `${this.drawing.boxes.size} boxes`;
  }

  #scale(factor) {
    if (!this.drawing) return;
    this.zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, this.zoom * factor));
    this.drawing.element.style.width = `${this.drawing.width * this.zoom}px`;
    this.drawing.element.style.height = `${this.drawing.height * this.zoom}px`;
  }

  #fit() {
    if (!this.drawing) return;
    const { clientWidth, clientHeight } = this.canvas;
    const whole = Math.min(clientWidth / this.drawing.width, clientHeight / this.drawing.height);
    this.zoom = Math.min(ZOOM.fit, Math.max(ZOOM.readable, whole));
    this.#scale(1);
  }

  #closeAll() {
    this.open.clear();
    this.chosen = null;
    this.detail.nothing();
    if (this.shown) this.#draw();
  }

  #click(event) {
    const box = event.target.closest?.(".box");
    if (box && !this.panned) this.#act(box);
  }

  #key(event) {
    const box = event.target.closest?.(".box");
    if (!box || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    this.#act(box);
  }

  /** Opens or closes a scope; tells about an op. */
  #act(box) {
    const { scope, name } = box.dataset;
    this.chosen = scope === undefined ? name : `${scope}/`;
    if (scope === undefined) {
      this.#tell(name);
    } else {
      if (this.open.has(scope)) this.open.delete(scope);
      else this.open.add(scope);
      const before = box.getBoundingClientRect();
      this.#draw();
      // What was clicked stays under the pointer.
      const after = this.drawing.boxes.get(`${scope}/`);
      const moved = after.getBoundingClientRect();
      this.canvas.scrollBy(moved.left - before.left, moved.top - before.top);
      after.focus({ preventScroll: true });
      const ops = this.shown.within(this.#scopeAt(scope));
      this.detail.showScope(this.#scopeAt(scope), ops, this.#cost(ops.map((op) => op.name)));
    }
    this.#mark();
  }

  #scopeAt(path) {
    return path.split("/").reduce((scope, part) => scope.scopes.get(part), this.shown.root);
  }

  #tell(name) {
    const node = this.graph.nodes.find((one) => one.name === name);
    this.detail
      .showOp(node, this.graph, this.consumers.get(name) ?? [], this.#cost([name]))
      .catch((error) => this.app.failed(error));
  }

  #mark() {
    for (const [id, box] of this.drawing.boxes) box.classList.toggle("chosen", id === this.chosen);
  }

  #find() {
    const wanted = this.search.value.trim();
    const { nodes } = this.graph ?? { nodes: [] };
    const found =
      nodes.find(({ name }) => name === wanted) ??
      nodes.find(({ name }) => wanted && name.toLowerCase().includes(wanted.toLowerCase()));
    if (found) this.#reveal(found.name);
  }

  /** Opens all scopes around an op and shows it. */
  #reveal(name) {
    if (!this.graph.nodes.some((node) => node.name === name)) return;
    if (!this.shown.nodes.has(name)) this.#choose(false);
    for (const scope of this.shown.around(name)) this.open.add(scope.path);
    this.chosen = name;
    this.#draw();
    const box = this.drawing.boxes.get(name);
    box.scrollIntoView({ block: "center", inline: "center" });
    box.focus({ preventScroll: true });
    this.#tell(name);
  }

  async #drawFlow() {
    if (this.graph?.roles.layers?.length) await this.flow.update(this.graph.roles.layers);
  }

  /** The pointer moves the graph where it does not hit a box. */
  #letPan() {
    let from = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      this.panned = false;
      if (event.pointerType === "mouse" && event.button === 0)
        from = [event.clientX, event.clientY];
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
      if (!this.panned && Math.hypot(dx, dy) < 4) return;
      this.panned = true;
      this.canvas.scrollBy(-dx, -dy);
      from = [event.clientX, event.clientY];
    });
    addEventListener("pointerup", () => (from = null));
  }
}
