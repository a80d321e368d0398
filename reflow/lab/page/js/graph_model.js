// The graph of a program as a tree of name scopes, and what of it is shown.

/** The op that an input names: "a/b:1" and "^a/b" are of "a/b". */
export function producer(input) {
  const name = input.startsWith("^") ? input.slice(1) : input;
  const colon = name.lastIndexOf(":");
  return colon < 0 ? name : name.slice(0, colon);
}

/** A scope: its name, the scopes and ops right within it, and all ops below it. */
class Scope {
  constructor(path, parent) {
    this.path = path;
    this.parent = parent;
    this.scopes = new Map();
    this.ops = [];
    this.size = 0;
  }

  get label() {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }
}

export class GraphModel {
  /** graph: graph.json; names: of the ops that are shown, or null for all. */
  constructor(graph, names = null) {
    const wanted = names ? graph.nodes.filter(({ name }) => names.has(name)) : graph.nodes;
    this.nodes = new Map(wanted.map((node) => [node.name, node]));
    this.root = new Scope("", null);
    this.home = new Map();
    const prefixes = prefixesOf(this.nodes.keys());
    for (const node of wanted) this.#place(node, prefixes);
  }

  /** The scopes around an op, outermost first. */
  around(name) {
    const found = [];
    for (let scope = this.home.get(name); scope?.parent; scope = scope.parent) found.unshift(scope);
    return found;
  }

  /** All ops within a scope. */
  within(scope) {
    return [...scope.ops, ...[...scope.scopes.values()].flatMap((inner) => this.within(inner))];
  }

  /** What stands right within a scope: [{id, scope or node}]. */
  children(scope) {
    return [
      ...[...scope.scopes.values()].map((inner) => ({ id: `${inner.path}/`, scope: inner })),
      ...scope.ops.map((node) => ({ id: node.name, node })),
    ];
  }

  /** The edges between the children of each open scope.
   * open: a set of paths.  Gives {path of the scope: [{from, to, inputs}]}; where from or to is
   * null, the edge leaves the scope. */
  edges(open) {
    const levels = new Map();
    const add = (scope, from, to, input) => {
      const level = levels.get(scope.path) ?? new Map();
      levels.set(scope.path, level);
      const key = `${from} → ${to}`;
      const edge = level.get(key) ?? { from, to, inputs: new Set() };
      edge.inputs.add(input);
      level.set(key, edge);
    };
    for (const node of this.nodes.values()) {
      for (const input of node.inputs) {
        const source = this.nodes.get(producer(input));
        if (source) this.#trace(source.name, node.name, input, open, add);
      }
    }
    return new Map([...levels].map(([path, level]) => [path, [...level.values()]]));
  }

  /** Adds one edge of the graph to each level where it is seen. */
  #trace(from, to, input, open, add) {
    const [out, into] = [this.#chain(from, open), this.#chain(to, open)];
    let common = 0;
    while (common < Math.min(out.length, into.length) && out[common].id === into[common].id)
      common += 1;
    // Both ends in one closed scope: nothing of it is seen.
    if (common === out.length || common === into.length) return;
    add(out[common].scope, out[common].id, into[common].id, input);
    for (const { scope, id } of out.slice(common + 1)) add(scope, id, null, input);
    for (const { scope, id } of into.slice(common + 1)) add(scope, null, id, input);
  }

  /** What is seen of an op: the children of open scopes that hold it, outermost first. */
  #chain(name, open) {
    const scopes = this.around(name);
    const chain = [];
    let scope = this.root;
    for (const inner of scopes) {
      chain.push({ scope, id: `${inner.path}/` });
      if (!open.has(inner.path)) return chain;
      scope = inner;
    }
    chain.push({ scope, id: name });
    return chain;
  }

  /** An op whose name others begin with ("W", with "W/read") lives in the scope of that name. */
  #place(node, prefixes) {
    const parts = node.name.split("/");
    if (!prefixes.has(node.name)) parts.pop();
    let scope = this.root;
    scope.size += 1;
    for (const part of parts) {
      const path = scope.path ? `${scope.path}/${part}` : part;
      if (!scope.scopes.has(part)) scope.scopes.set(part, new Scope(path, scope));
      scope = scope.scopes.get(part);
      scope.size += 1;
    }
    scope.ops.push(node);
    this.home.set(node.name, scope);
  }
}

/** Every name of a scope that some op is in. */
function prefixesOf(names) {
  const found = new Set();
  for (const name of names) {
    for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1))
      found.add(name.slice(0, at));
  }
  return found;
}

/** The ops from which the losses and predictions are computed, without constants: the model. */
export function modelOps(graph) {
  const { roles } = graph;
  const ends = [...roles.learners.map(({ loss }) => loss), roles.prediction, roles.logits].filter(
    Boolean,
  );
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const found = new Set();
  const waiting = ends.map(producer);
  while (waiting.length) {
    const name = waiting.pop();
    const node = nodes.get(name);
    if (!node || found.has(name) || node.op === "Const") continue;
    found.add(name);
    waiting.push(...node.inputs.filter((input) => !input.startsWith("^")).map(producer));
  }
  return found;
}
