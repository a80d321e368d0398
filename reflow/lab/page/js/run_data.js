// What the page knows of one run: fetched when somebody shows it, then only what is new.

// A series that grew by so many points since it was fetched whole is fetched whole again, thinned.
const GROWTH = 1500;
// Pictures of so many steps are kept for the slider's way back.
const KEPT_TILES = 60;

export class RunData {
  #source;
  #series = { scalars: new Map(), distributions: new Map() };
  #tiles = new Map();
  #tileSteps = new Map();
  #shared = new Map();
  #lastSeen = 0;

  constructor(source, id) {
    this.#source = source;
    this.id = id;
    this.run = null;
    this.tags = { scalars: [], distributions: [], tiles: [], texts: [] };
    this.version = null;
  }

  /** Learns how the run stands.  frozen: but not that there is more to fetch. */
  async refresh(frozen = false) {
    const { run, tags, version } = await this.#source.run(this.id);
    this.run = run;
    if (!frozen) Object.assign(this, { tags, version });
  }

  /** {tag: {step, time, value}} of those tags that there are. */
  scalars(tags, points = 1000) {
    return this.#grown("scalars", tags, points);
  }

  /** {tag: {step, time, edges, basis, mean, ...}}. */
  distributions(tags, points = 300) {
    return this.#grown("distributions", tags, points);
  }

  /** {tag: tiles}: of a step or the last before it, of the newest if it is null. */
  async tiles(tags, step) {
    const key = (tag) =>
      `${step === null ? `latest at ${this.version}` : this.#recordedAt(tag, step)} ${tag}`;
    const missing = tags.filter(
      (tag) => this.tags.tiles.includes(tag) && !this.#tiles.has(key(tag)),
    );
    if (missing.length) {
      const found = await this.#source.tiles(this.id, missing, step);
      for (const [tag, tiles] of Object.entries(found)) {
        this.#tileSteps.set(tag, tiles.steps);
        this.#tiles.set(key(tag), tiles);
      }
      while (this.#tiles.size > Math.max(KEPT_TILES, tags.length)) {
        this.#tiles.delete(this.#tiles.keys().next().value);
      }
    }
    const there = tags.filter((tag) => this.#tiles.has(key(tag)));
    return Object.fromEntries(there.map((tag) => [tag, this.#tiles.get(key(tag))]));
  }

  /** The step whose tiles are those of a step, as far as it is known: one picture serves all steps
   * up to the next. */
  #recordedAt(tag, step) {
    const steps = this.#tileSteps.get(tag) ?? [];
    return step < steps.at(-1) ? steps[placeAt({ step: steps }, step)] : step;
  }

  /** {tag: {step, time, text}}. */
  texts(tags) {
    const there = tags.filter((tag) => this.tags.texts.includes(tag));
    return there.length ? this.#source.texts(this.id, there) : Promise.resolve({});
  }

  /** "graph", "trace", "source" or "output"; what does not change is fetched once. */
  part(part) {
    if (part === "output" || part === "trace") return this.#source.part(this.id, part);
    if (!this.#shared.has(part)) {
      const asked = this.#source.part(this.id, part);
      asked.catch(() => this.#shared.delete(part));
      this.#shared.set(part, asked);
    }
    return this.#shared.get(part);
  }

  /** The last step of any learner: as the run tells, or as what was fetched shows. */
  get lastStep() {
    return Math.max(this.#lastSeen, ...Object.values(this.run?.steps ?? {}));
  }

  async #grown(kind, tags, points) {
    const there = tags.filter((tag) => this.tags[kind].includes(tag));
    const bySerial = new Map();
    for (const tag of there) {
      const known = this.#series[kind].get(tag);
      // The version tells whether anything can be new: then there is nothing to ask.
      if (known?.version === this.version && known.points >= points) continue;
      const enough = known && known.points >= points && known.step.length - known.fetched < GROWTH;
      const after = enough ? known.serial : 0;
      bySerial.set(after, [...(bySerial.get(after) ?? []), tag]);
    }
    const version = this.version;
    await Promise.all(
      [...bySerial].map(async ([after, part]) => {
        const found = await this.#source.series(this.id, kind, part, points, after);
        for (const [tag, series] of Object.entries(found))
          this.#take(kind, tag, series, points, version);
      }),
    );
    const known = there.filter((tag) => this.#series[kind].has(tag));
    return Object.fromEntries(known.map((tag) => [tag, this.#series[kind].get(tag)]));
  }

  #take(kind, tag, series, points, version) {
    this.#lastSeen = Math.max(this.#lastSeen, series.step.at(-1) ?? 0);
    const known = this.#series[kind].get(tag);
    if (series.whole !== false || !known) {
      this.#series[kind].set(tag, { ...series, points, version, fetched: series.step.length });
      return;
    }
    for (const [name, values] of Object.entries(series)) {
      if (Array.isArray(values)) known[name].push(...values);
    }
    Object.assign(known, { serial: series.serial, version });
  }
}

/** The place of the last point at or before a step; of the last one if the step is null. */
export function placeAt(series, step) {
  const steps = series.step;
  if (step === null) return steps.length - 1;
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
