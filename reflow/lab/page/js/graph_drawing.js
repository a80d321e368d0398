// The graph as SVG: open scopes are boxes around what they hold.

import { svg } from "./dom.js";
import { microseconds, bytes, shape } from "./format.js";
import { producer } from "./graph_model.js";
import { layered } from "./layered.js";

const BOX = { height: 34, letter: 7.6, room: 26, most: 250 };
const GAP = { x: 26, y: 44 };
const INNER = { head: 30, entry: 18, side: 16, bottom: 18 };
// Where edges enter and leave an open scope.
const ENTRY = { id: "\n entry", width: 6, height: 0, pinned: true };
const EXIT = { id: "\n exit", width: 6, height: 0 };
// The points of an edge from one layer to the next.
const DIRECT = 4;
// Long names are cut: the whole one is in the tip and in what a screen reader says.
const LETTERS = 25;

export class GraphDrawing {
  /** model: a GraphModel; open: a set of scopes' paths; cost(names): {microseconds, bytes} or
   * null; heat: which of both the boxes show, or null. */
  constructor(model, open, cost, heat) {
    Object.assign(this, { model, open, cost, heat });
    this.edges = model.edges(open);
    this.boxes = new Map();
    const laid = this.#lay(model.root);
    this.most = Math.max(1e-9, ...this.#costs());
    this.width = laid.width + 2 * GAP.x;
    this.height = laid.height + 2 * GAP.x;
    this.element = svg(
      "svg",
      {
        class: "ops",
        width: this.width,
        height: this.height,
        viewBox: `${-GAP.x} ${-GAP.x} ${this.width} ${this.height}`,
        role: "group",
        "aria-label": "Graph of the program",
      },
      svg(
        "defs",
        {},
        svg(
          "marker",
          {
            id: "arrow",
            viewBox: "0 0 8 8",
            refX: "7",
            refY: "4",
            markerWidth: "7",
            markerHeight: "7",
            orient: "auto-start-reverse",
          },
          svg("path", { d: "M0 0.8 L7.5 4 L0 7.2 z", class: "arrow" }),
        ),
      ),
      this.#draw(laid, 0, 0),
    );
  }

  /** Sizes and places of what a scope holds. */
  #lay(scope) {
    const children = this.model.children(scope);
    const edges = this.edges.get(scope.path) ?? [];
    const items = children.map((child) => this.#measure(child));
    const inner = edges.filter(({ from, to }) => from !== null && to !== null);
    const crossing = edges.filter(({ from, to }) => from === null || to === null);
    const routed = crossing.map(({ from, to }) => ({ from: from ?? ENTRY.id, to: to ?? EXIT.id }));
    const ports = [ENTRY, EXIT].filter(({ id }) =>
      routed.some(({ from, to }) => from === id || to === id),
    );
    const laid = layered([...items, ...ports], [...inner, ...routed], GAP);
    const head = INNER.head + (ports.includes(ENTRY) ? INNER.entry : 0);
    return { ...laid, items, inner, crossing, head };
  }

  #measure(child) {
    const { id, scope, node } = child;
    const label = cut(scope ? scope.label : node.name.slice(node.name.lastIndexOf("/") + 1));
    const width = Math.min(BOX.most, label.length * BOX.letter + BOX.room + (scope ? 26 : 0));
    if (!scope || !this.open.has(scope.path))
      return { ...child, id, label, width, height: BOX.height };
    const inside = this.#lay(scope);
    return {
      ...child,
      id,
      label,
      inside,
      width: Math.max(width + 16, inside.width + 2 * INNER.side),
      height: inside.height + inside.head + INNER.bottom,
    };
  }

  #draw(laid, x, y) {
    const at = (id) => {
      const box = laid.boxes.get(id);
      return { ...box, x: box.x + x, y: box.y + y };
    };
    const leaving = Map.groupBy(laid.inner, ({ from }) => from);
    const paths = laid.inner.map((edge, n) => {
      const points = laid.paths[n].map(([px, py]) => [px + x, py + y]);
      // Of edges that part, those say their shape that have not far to go.
      const told = points.length === DIRECT || leaving.get(edge.from).length === 1;
      return this.#edge(edge, points, told ? this.#label(edge) : null);
    });
    const boxes = laid.items.map((item) => this.#box(item, at(item.id)));
    return svg("g", {}, paths, boxes);
  }

  #box(item, place) {
    const { scope, node, label, inside } = item;
    const name = scope ? scope.path : node.name;
    const cost = this.#costOf(item);
    const kind = scope ? (inside ? "scope open" : "scope") : kindOf(node);
    const parts = [
      svg("rect", {
        x: place.x,
        y: place.y,
        width: place.width,
        height: place.height,
        rx: scope ? 9 : 5,
      }),
    ];
    if (this.heat && cost && !inside) {
      const share = cost[this.heat] / this.most;
      parts.push(
        svg("rect", {
          class: "heat",
          x: place.x + 3,
          y: place.y + place.height - 6,
          width: Math.max(1, (place.width - 6) * share),
          height: 3,
          rx: 1.5,
        }),
      );
    }
    const middle = place.x + place.width / 2;
    const top = inside ? place.y + 19 : place.y + BOX.height / 2 + 4.5;
    const sign = scope ? `${inside ? "−" : "+"} ` : "";
    const size = scope && !inside ? `  ${scope.size}` : "";
    parts.push(
      svg(
        "text",
        { x: middle, y: top, "text-anchor": "middle" },
        sign,
        label,
        svg("tspan", { class: "size" }, size),
      ),
    );
    const tip = scope ? `${scope.path}: ${scope.size} ops` : `${node.name} (${node.op})`;
    const said = cost ? `${tip}, ${microseconds(cost.microseconds)}, ${bytes(cost.bytes)}` : tip;
    const box = svg(
      "g",
      {
        class: `box ${kind}`,
        tabindex: "0",
        role: "button",
        "data-name": name,
        "data-scope": scope ? scope.path : null,
        "aria-expanded": scope ? String(Boolean(inside)) : null,
        "aria-label": said,
      },
      svg("title", {}, said),
      parts,
    );
    this.boxes.set(item.id, box);
    if (!inside) return box;
    const [left, topInside] = [place.x + (place.width - inside.width) / 2, place.y + inside.head];
    return svg(
      "g",
      {},
      box,
      this.#crossings(inside, place, left, topInside),
      this.#draw(inside, left, topInside),
    );
  }

  /** Edges that enter or leave an open scope: from its border to what they belong to. */
  #crossings(inside, place, left, top) {
    const middle = place.x + place.width / 2;
    return inside.crossing.map((edge, n) => {
      const points = inside.paths[inside.inner.length + n].map(([x, y]) => [x + left, y + top]);
      if (edge.from === null)
        points.unshift([middle, place.y + INNER.head - 6], [points[0][0], top - 2]);
      else points.push([middle, place.y + place.height]);
      return svg("path", {
        d: curve(points),
        class: `edge crossing${isControl(edge) ? " control" : ""}`,
      });
    });
  }

  #edge(edge, points, text) {
    const [, [x0, y0], [x1, y1]] = points;
    const place = [(x0 + x1) / 2, (y0 + y1) / 2];
    return svg(
      "g",
      { class: "edge-group" },
      svg("path", {
        d: curve(points),
        class: `edge${isControl(edge) ? " control" : ""}`,
        "marker-end": "url(#arrow)",
      }),
      text
        ? svg(
            "text",
            { x: place[0], y: place[1] + 4, class: "edge-label", "text-anchor": "middle" },
            text,
          )
        : null,
    );
  }

  /** The shape of the tensor that flows along an edge, or how many tensors do. */
  #label(edge) {
    const tensors = [...edge.inputs].filter((input) => !input.startsWith("^"));
    if (!tensors.length) return null;
    if (tensors.length > 1) return `${tensors.length} tensors`;
    const node = this.model.nodes.get(producer(tensors[0]));
    const output = Number(tensors[0].slice(tensors[0].lastIndexOf(":") + 1)) || 0;
    const sizes = node.shapes?.[output];
    return sizes?.length ? shape(sizes) : null;
  }

  #costOf({ scope, node }) {
    return this.cost(scope ? this.model.within(scope).map(({ name }) => name) : [node.name]);
  }

  *#costs() {
    if (!this.heat) return;
    const visit = (scope) =>
      this.model.children(scope).flatMap((child) => {
        if (child.scope && this.open.has(child.scope.path)) return visit(child.scope);
        return [this.#costOf(child)?.[this.heat] ?? 0];
      });
    yield* visit(this.model.root);
  }
}

function isControl(edge) {
  return [...edge.inputs].every((input) => input.startsWith("^"));
}

function kindOf({ op }) {
  if (/^Variable|^VarHandle|^ReadVariable/.test(op)) return "op variable";
  if (/^Placeholder|^Iterator/.test(op)) return "op placeholder";
  return op === "Const" ? "op constant" : "op";
}

function cut(label) {
  return label.length > LETTERS ? `${label.slice(0, LETTERS - 9)}…${label.slice(-8)}` : label;
}

/** A smooth line downwards through points. */
function curve(points) {
  let path = `M${points[0].join(" ")}`;
  for (let i = 1; i < points.length; i += 1) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    // An end of no length would turn the arrow.
    if (x0 === x1 && y0 === y1) continue;
    const middle = (y0 + y1) / 2;
    path += ` C${x0} ${middle} ${x1} ${middle} ${x1} ${y1}`;
  }
  return path;
}
