// A layered layout: boxes in layers along the direction of the edges, few crossings, short edges.
// After Sugiyama: break cycles, layers by longest path, waypoints for long edges, order by the
// middle of the neighbours, then places.

const SWEEPS = 8;
// Longer edges go straight: waypoints for each would be more than the boxes by far.
const LONGEST = 40;

/**
 * boxes: [{id, width, height, pinned}]; edges: [{from, to}] between them.  A pinned box without
 * edges to it stays in the first layer.
 * gap: {x, y} between boxes.
 * Gives {width, height, boxes: Map of id to {x, y, width, height}, paths: a list of points for
 * each edge, from box to box}.
 */
export function layered(boxes, edges, gap) {
  const directed = withoutCycles(boxes, edges);
  const depth = depths(boxes, directed);
  const layers = [];
  const cells = new Map();
  const put = (cell) => {
    (layers[cell.layer] ??= []).push(cell);
    cells.set(cell.id, cell);
  };
  for (const box of boxes) put({ ...box, layer: depth.get(box.id), up: [], down: [] });
  const routes = directed.map(({ from, to }, n) => route(n, cells.get(from), cells.get(to), put));
  order(layers);
  const width = place(layers, gap);
  const height = stack(layers, gap.y);
  const paths = routes.map((route, n) => {
    const points = path(route);
    return directed[n].turned ? points.reverse() : points;
  });
  return { width, height, boxes: cells, paths };
}

/** The edges, with those turned round that close a cycle. */
function withoutCycles(boxes, edges) {
  const next = new Map(boxes.map(({ id }) => [id, []]));
  edges.forEach((edge, n) => next.get(edge.from).push(n));
  const state = new Map();
  const turned = new Set();
  for (const { id } of boxes) {
    if (state.has(id)) continue;
    // A list instead of recursion: programs can be thousands of ops deep.
    const stack = [[id, 0]];
    state.set(id, "open");
    while (stack.length) {
      const top = stack[stack.length - 1];
      const following = next.get(top[0]);
      if (top[1] === following.length) {
        state.set(top[0], "done");
        stack.pop();
        continue;
      }
      const n = following[top[1]];
      top[1] += 1;
      const { to } = edges[n];
      if (state.get(to) === "open") turned.add(n);
      else if (!state.has(to)) {
        state.set(to, "open");
        stack.push([to, 0]);
      }
    }
  }
  return edges.map(({ from, to }, n) =>
    turned.has(n) ? { from: to, to: from, turned: true } : { from, to, turned: false },
  );
}

/** The layer of each box: one more than that of the deepest before it; sources stand right
 * before what takes them. */
function depths(boxes, edges) {
  const [before, after] = [new Map(), new Map()];
  for (const { id } of boxes) {
    before.set(id, []);
    after.set(id, []);
  }
  for (const { from, to } of edges) {
    before.get(to).push(from);
    after.get(from).push(to);
  }
  const missing = new Map(boxes.map(({ id }) => [id, before.get(id).length]));
  const ready = boxes.map(({ id }) => id).filter((id) => !missing.get(id));
  const depth = new Map(ready.map((id) => [id, 0]));
  for (let i = 0; i < ready.length; i += 1) {
    for (const id of after.get(ready[i])) {
      depth.set(id, Math.max(depth.get(id) ?? 0, depth.get(ready[i]) + 1));
      missing.set(id, missing.get(id) - 1);
      if (!missing.get(id)) ready.push(id);
    }
  }
  for (const { id, pinned } of boxes) {
    if (pinned || before.get(id).length || !after.get(id).length) continue;
    depth.set(id, Math.min(...after.get(id).map((next) => depth.get(next))) - 1);
  }
  return depth;
}

/** The cells that an edge passes: a waypoint in each layer between. */
function route(n, from, to, put) {
  const cells = [from];
  const first = to.layer - from.layer > LONGEST ? to.layer : from.layer + 1;
  for (let layer = first; layer < to.layer; layer += 1) {
    const waypoint = {
      id: `${n} ${layer}\n`,
      width: 6,
      height: 0,
      layer,
      up: [],
      down: [],
      isWaypoint: true,
    };
    put(waypoint);
    cells.push(waypoint);
  }
  cells.push(to);
  for (let i = 1; i < cells.length; i += 1) {
    cells[i - 1].down.push(cells[i]);
    cells[i].up.push(cells[i - 1]);
  }
  return cells;
}

/** Orders each layer by the middle of its neighbours, downwards and upwards by turns. */
function order(layers) {
  const number = (layer) => layer.forEach((cell, i) => (cell.place = i));
  layers.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const side = sweep % 2 ? "down" : "up";
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      for (const cell of layer)
        cell.wish = mean(cell[side].map(({ place }) => place)) ?? cell.place;
      layer.sort((a, b) => a.wish - b.wish || a.place - b.place);
      number(layer);
    }
  }
}

/** Places along the layers: each cell near the middle of its neighbours, none over another. */
function place(layers, gap) {
  for (const layer of layers) {
    let x = 0;
    for (const cell of layer) {
      cell.x = x;
      x += cell.width + gap.x;
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const side = sweep % 2 ? "up" : "down";
    for (const layer of sweep % 2 ? layers : [...layers].reverse()) settle(layer, side, gap.x);
  }
  const all = layers.flat();
  const left = Math.min(0, ...all.map(({ x }) => x));
  for (const cell of all) cell.x -= left;
  return Math.max(0, ...all.map(({ x, width }) => x + width));
}

/** Moves the cells of a layer to where they wish to be, and apart where they would overlap:
 * cells that touch move together, by the mean of their wishes. */
function settle(layer, side, gap) {
  const blocks = [];
  for (const cell of layer) {
    const middle = mean(cell[side].map((other) => other.x + other.width / 2));
    let block = {
      cells: [cell],
      width: cell.width,
      wish: middle === null ? cell.x : middle - cell.width / 2,
      weight: middle === null ? 0.1 : 1,
    };
    let before = blocks.at(-1);
    while (before && before.wish + before.width + gap > block.wish) {
      const offset = before.width + gap;
      const weight = before.weight + block.weight;
      const wish = (before.wish * before.weight + (block.wish - offset) * block.weight) / weight;
      block = {
        cells: [...before.cells, ...block.cells],
        width: offset + block.width,
        wish,
        weight,
      };
      blocks.pop();
      before = blocks.at(-1);
    }
    blocks.push(block);
  }
  for (const block of blocks) {
    let x = block.wish;
    for (const cell of block.cells) {
      cell.x = x;
      x += cell.width + gap;
    }
  }
}

/** The layers one below the other, their cells in the middle of them. */
function stack(layers, gap) {
  let y = 0;
  for (const layer of layers) {
    const height = Math.max(...layer.map((cell) => cell.height));
    for (const cell of layer) {
      cell.y = y + (height - cell.height) / 2;
      Object.assign(cell, { top: y, bottom: y + height });
    }
    y += height + gap;
  }
  return Math.max(0, y - gap);
}

/** The points of an edge.  Within a layer it goes straight, so that it passes the boxes there; it
 * moves sideways between the layers: from the second point to the third first. */
function path(route) {
  return route.flatMap((cell, i) => {
    const x = cell.x + cell.width / 2;
    if (i === 0)
      return [
        [x, cell.y + cell.height],
        [x, cell.bottom],
      ];
    return i < route.length - 1
      ? [
          [x, cell.top],
          [x, cell.bottom],
        ]
      : [
          [x, cell.top],
          [x, cell.y],
        ];
  });
}

function mean(values) {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}
