// What there is to say about an op or a scope: its kernel and gradient as text, its line of the
// program, and how its values and gradients lie now.

import { densityFigure } from "./density.js";
import { button, fill, h } from "./dom.js";
import { bytes, microseconds, shape } from "./format.js";
import { producer } from "./graph_model.js";
import * as tags from "./tags.js";

const SHOWN = [
  [tags.ACTIVATION, "activation", "training"],
  [tags.LOGITS, "logits", "training"],
  [tags.PREDICTION, "prediction", "training"],
  [tags.VARIABLE, "values", "weights"],
  [tags.GRADIENT, "gradient", "test"],
];

export class OpDetail {
  /** go: shows another op, by its name. */
  constructor(data, go) {
    this.data = data;
    this.go = go;
    this.element = h("aside", {
      class: "detail",
      "aria-label": "About the chosen op",
      tabindex: "-1",
    });
    this.nothing();
  }

  nothing() {
    fill(
      this.element,
      h(
        "p",
        { class: "empty" },
        "Choose an op to see its kernel, its gradient, its line of the program, and how its values lie now. A click on a scope opens it.",
      ),
    );
  }

  /** A scope as a whole.  ops: within it; cost: of them all, or null. */
  showScope(scope, ops, cost) {
    const counts = new Map();
    for (const { op } of ops) counts.set(op, (counts.get(op) ?? 0) + 1);
    const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 12);
    fill(
      this.element,
      h("h2", {}, scope.path),
      facts({ ops: ops.length, ...costs(cost) }),
      h("h3", {}, "Its ops"),
      facts(Object.fromEntries(most)),
    );
  }

  /** node: of graph.json; graph: all of it; consumers: names; cost: or null. */
  async showOp(node, graph, consumers, cost) {
    const names = [...new Set([node.name, node.name.replace(/\/read$/, "")])];
    const wanted = SHOWN.flatMap(([prefix, title, role]) =>
      names
        .map((name) => ({ tag: prefix + name, title, role }))
        .filter(({ tag }) => this.data.tags.distributions.includes(tag)),
    );
    const found = await this.data.distributions(wanted.map(({ tag }) => tag));
    const { line } = node;
    const kernel = graph.kernels[node.op];
    fill(
      this.element,
      h("h2", {}, node.name),
      facts({
        op: node.op,
        shape: (node.shapes ?? []).map(shape).join(", ") || null,
        type: node.dtype,
        device: node.device || null,
        ...costs(cost),
      }),
      line
        ? [h("h3", {}, `${line.file}, line ${line.line}`), h("pre", { tabindex: "0" }, line.text)]
        : null,
      wanted
        .filter(({ tag }) => found[tag]?.step.length)
        .map(({ tag, title, role }) => densityFigure(title, found[tag], role)),
      this.#links("Inputs", node.inputs),
      this.#links("Goes to", consumers),
      h("h3", {}, `${node.op}: shape, kernel and gradient`),
      h("pre", { class: "kernel", tabindex: "0" }, kernel ?? "Its source is not recorded."),
    );
    this.element.scrollTop = 0;
  }

  #links(title, names) {
    if (!names.length) return null;
    return [
      h("h3", {}, title),
      h(
        "ul",
        { class: "links" },
        names.slice(0, 30).map((name) =>
          h(
            "li",
            {},
            button(name, () => this.go(producer(name)), { class: "quiet" }),
          ),
        ),
      ),
    ];
  }
}

function costs(cost) {
  return cost ? { time: microseconds(cost.microseconds), memory: bytes(cost.bytes) } : {};
}

function facts(values) {
  const told = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return h(
    "dl",
    { class: "facts-list" },
    told.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]),
  );
}
