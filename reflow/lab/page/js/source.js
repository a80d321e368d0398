// Where the page's data come from: the lab's server, or the data within an exported file.
// Both answer the same questions with the same values; nothing else knows which one is there.

/** The run's directory is gone. */
export class GoneError extends Error {}

/** The source that this page has. */
export function openSource() {
  const embedded = document.getElementById("embedded-run");
  return embedded ? new EmbeddedSource(JSON.parse(embedded.textContent)) : new LiveSource();
}

// Addresses with more tags than this become too long for servers.
const TAGS_AT_ONCE = 150;

class LiveSource {
  embedded = false;

  async runs() {
    return (await this.#get("/api/runs")).runs;
  }

  run(id) {
    return this.#get(address(id));
  }

  /** kind: "scalars" or "distributions"; after: the serial from which on they are wanted. */
  series(id, kind, tags, points, after) {
    return this.#inParts(id, kind, tags, after ? { points, after } : { points });
  }

  /** Those of a step or the last before it; step null: the latest. */
  tiles(id, tags, step) {
    return this.#inParts(id, "tiles", tags, step === null ? {} : { step });
  }

  texts(id, tags) {
    return this.#inParts(id, "texts", tags, {});
  }

  /** part: "graph", "trace", "source" or "output". */
  part(id, part) {
    return this.#get(`${address(id)}/${part}`);
  }

  pause(id, paused) {
    return this.#post(`${address(id)}/control`, { paused });
  }

  async save(id, name, blob) {
    return this.#post(`${address(id)}/save`, { name, data: await asBase64(blob) });
  }

  /** Where the whole run as one HTML file, or scalars as CSV, can be loaded from. */
  exported(id, kind, tags = []) {
    return `${address(id)}/export?${query({ kind }, tags)}`;
  }

  /** Calls changed({id: version}, whether the list changed) as the server tells, and
   * connected(whether it is).  Gives a function that says which runs matter. */
  listen(changed, connected) {
    let socket = null;
    let wanted = [];
    let wait = 500;
    const tell = () => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ runs: wanted }));
    };
    const open = () => {
      socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/live`);
      socket.onopen = () => {
        wait = 500;
        tell();
        connected(true);
      };
      socket.onmessage = (event) => {
        const message = JSON.parse(event.data);
        changed(message.changed ?? {}, Boolean(message.runs));
      };
      socket.onclose = () => {
        connected(false);
        setTimeout(open, wait);
        wait = Math.min(wait * 2, 5000);
      };
    };
    open();
    return (runs) => {
      wanted = runs;
      tell();
    };
  }

  async #inParts(id, kind, tags, parameters) {
    const parts = [];
    for (let i = 0; i < tags.length; i += TAGS_AT_ONCE) {
      const part = tags.slice(i, i + TAGS_AT_ONCE);
      parts.push(this.#get(`${address(id)}/${kind}?${query(parameters, part)}`));
    }
    return Object.assign({}, ...(await Promise.all(parts)));
  }

  async #get(path) {
    return answer(await fetch(path, { credentials: "same-origin" }));
  }

  async #post(path, value) {
    const headers = { "Content-Type": "application/json", "X-Reflow": "1" };
    return answer(await fetch(path, { method: "POST", headers, body: JSON.stringify(value) }));
  }
}

/** What an exported file holds: the answers of the server for one run, all at once. */
class EmbeddedSource {
  embedded = true;

  constructor(data) {
    this.data = data;
  }

  async runs() {
    return [this.data.description.run];
  }

  async run() {
    return this.data.description;
  }

  async series(_, kind, tags) {
    return chosen(this.data[kind], tags, (series) => ({ ...series, whole: true }));
  }

  async tiles(_, tags, step) {
    return chosen(this.data.tiles, tags, (all) => {
      const before = step === null ? all : all.filter((tiles) => tiles.step <= step);
      return { ...(before.at(-1) ?? all[0]), steps: all.map((tiles) => tiles.step) };
    });
  }

  async texts(_, tags) {
    return chosen(this.data.texts, tags, (series) => series);
  }

  async part(_, part) {
    if (!this.data[part]) throw new Error(`${part} is not in this file`);
    return this.data[part];
  }

  async save() {
    return null;
  }

  exported() {
    return null;
  }

  listen(changed) {
    changed({}, true);
    return () => {};
  }
}

function chosen(all, tags, found) {
  return Object.fromEntries(tags.filter((tag) => tag in all).map((tag) => [tag, found(all[tag])]));
}

function address(id) {
  return `/api/runs/${encodeURIComponent(id)}`;
}

function query(parameters, tags) {
  const all = new URLSearchParams(parameters);
  for (const tag of tags) all.append("tag", tag);
  return all.toString();
}

async function answer(response) {
  if (response.ok) return response.json();
  const said = await response.json().catch(() => ({}));
  const text = said.error ?? `the lab answered ${response.status}`;
  throw response.status === 404 ? new GoneError(text) : new Error(text);
}

function asBase64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
