// The wall: every variable and every activation of a run, and pictures of what it has learned.

import { BandsPanel } from "./bands_panel.js";
import { ChartState } from "./chart.js";
import { CurvesPanel } from "./curves_panel.js";
import { button, h, press, say, toggle } from "./dom.js";
import { nameOf, shape } from "./format.js";
import { marks } from "./health.js";
import { key } from "./keys.js";
import { Pace } from "./pace.js";
import { Pictures } from "./pictures.js";
import { onLook } from "./preferences.js";
import { RunBar } from "./run_bar.js";
import { placeAt } from "./run_data.js";
import { tellRun } from "./run_notices.js";
import { blobOf, csvBlob, fileName, save } from "./saving.js";
import { Slider } from "./slider.js";
import * as tags from "./tags.js";
import { WallCard } from "./wall_card.js";

// Points of the small pictures: more than their pixels tell nothing more.
const POINTS = { curve: 120, bands: 60, health: 2 };
const TABS = ["variables", "activations", "pictures"];

export class Wall {
  constructor(app, data) {
    this.app = app;
    this.data = data;
    this.runs = [data.id];
    this.cards = new Map();
    this.seen = new Set();
    this.tab = "variables";
    this.shapes = null;
    this.bar = new RunBar(data.id, "wall");
    this.search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search by name", on: { input: () => this.#filter() } });
    this.onlyMarked = toggle("Only marked", () => {
      press(this.onlyMarked, this.onlyMarked.getAttribute("aria-pressed") !== "true");
      this.#filter();
    });
    this.count = h("span", { class: "facts", role: "status" });
    this.tabs = Object.fromEntries(TABS.map((tab) => [tab, toggle(tab[0].toUpperCase() + tab.slice(1), () => this.#choose(tab))]));
    this.grid = h("div", { class: "cards" });
    this.pictures = new Pictures(data);
    this.empty = h("p", { class: "empty" });
    this.slider = new Slider(() => this.#drawSoon());
    this.element = h(
      "main",
      { class: "wall", id: "content" },
      this.bar.element,
      h("div", { class: "tools" }, h("span", { class: "group" }, Object.values(this.tabs)), this.search, this.onlyMarked, this.count),
      this.grid, this.pictures.element, this.empty, this.slider.element,
    );
    this.visible = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: "200px" });
    this.pace = new Pace(() => this.#draw().then(() => this.#judge()), (error) => app.failed(error));
    this.looks = onLook(() => this.#drawSoon());
    this.#choose(this.tab);
  }

  get title() {
    return `Wall of ${this.data.run?.program ?? this.data.id}`;
  }

  keys() {
    return [
      key(["/"], "search", () => this.search.focus()),
      ...TABS.map((tab, i) => key([String(i + 1)], tab, () => this.#choose(tab))),
      key(["m"], "only what is marked", () => this.onlyMarked.click(), { shown: "M" }),
    ];
  }

  async update() {
    const { data } = this;
    await data.refresh();
    this.bar.update(data);
    await tellRun(this.app.notices, data);
    await this.#learnShapes();
    this.#makeCards();
    this.#filter();
    await this.#draw();
    await this.#judge();
    this.slider.grow(data.lastStep);
  }

  stop() {
    this.visible.disconnect();
    this.looks();
    this.pace.stop();
    this.slider.stop();
    this.pictures.stop();
  }

  async #learnShapes() {
    if (this.shapes) return;
    const graph = await this.data.part("graph").catch(() => null);
    if (!graph && this.data.run.state === "running") return;
    this.shapes = new Map(graph?.roles.variables.map((variable) => [variable.name, shape(variable.shape)]));
  }

  /** One for each variable or activation that anything is recorded of. */
  #makeCards() {
    const all = this.data.tags;
    const names = (...prefixes) => {
      const found = [...tags.beginning(all.distributions, ...prefixes), ...tags.beginning(all.scalars, ...prefixes)];
      return tags.inOrder(new Set(found.map(nameOf)));
    };
    for (const name of names(tags.VARIABLE, tags.GRADIENT_NORM)) {
      this.#add("variables", {
        name,
        detail: this.shapes?.get(name) ?? "",
        bands: tags.VARIABLE + name,
        role: /bias|beta|^b\d*$/i.test(name) ? "biases" : "weights",
        curves: [
          { tag: tags.GRADIENT_NORM + name, title: "gradient norm" },
          { tag: tags.UPDATE_RATIO + name, title: "update ratio" },
        ],
      });
    }
    for (const name of names(tags.ACTIVATION, tags.DEAD, tags.FLOW, tags.LOGITS, tags.PREDICTION)) {
      const bands = [tags.ACTIVATION, tags.LOGITS, tags.PREDICTION].map((prefix) => prefix + name);
      this.#add("activations", {
        name,
        detail: "",
        bands: bands.find((tag) => all.distributions.includes(tag)) ?? bands[0],
        role: "training",
        curves: [
          { tag: tags.FLOW + name, title: "gradient norm" },
          { tag: tags.DEAD + name, title: "dead units" },
        ],
      });
    }
  }

  #add(tab, thing) {
    const place = `${tab} ${thing.name}`;
    if (this.cards.has(place)) return;
    const card = new WallCard(thing, () => this.#enlarge(thing));
    card.tab = tab;
    this.cards.set(place, card);
    card.element.hidden = tab !== this.tab;
    this.grid.append(card.element);
    this.visible.observe(card.element);
  }

  /** Marks all of them, also those that are not in view. */
  async #judge() {
    const cards = [...this.cards.values()];
    const found = await this.data.scalars(cards.flatMap((card) => card.tags), POINTS.health);
    const at = (prefix, name) => {
      const series = found[prefix + name];
      return series?.step.length ? series.value[placeAt(series, this.slider.at)] : null;
    };
    for (const card of cards) {
      const { name } = card.thing;
      const isVariable = card.tab === "variables";
      card.mark(
        marks(isVariable
          ? { gradient: at(tags.GRADIENT_NORM, name), ratio: at(tags.UPDATE_RATIO, name) }
          : { flow: at(tags.FLOW, name), dead: at(tags.DEAD, name) }),
      );
    }
    this.#filter();
  }

  #choose(tab) {
    this.tab = tab;
    for (const [name, made] of Object.entries(this.tabs)) press(made, name === tab);
    this.pictures.element.hidden = tab !== "pictures";
    this.grid.hidden = this.search.hidden = this.onlyMarked.hidden = tab === "pictures";
    this.#filter();
    this.#drawSoon();
  }

  #filter() {
    const wanted = this.search.value.toLowerCase();
    const marked = this.onlyMarked.getAttribute("aria-pressed") === "true";
    const here = [...this.cards.values()].filter((card) => card.tab === this.tab);
    let shown = 0;
    for (const card of this.cards.values()) {
      const fits = card.tab === this.tab && card.thing.name.toLowerCase().includes(wanted) && (!marked || card.marked);
      card.element.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    say(this.count, this.tab === "pictures" ? "" : `${shown} of ${here.length}, ${here.filter((card) => card.marked).length} marked`);
    const nothing = this.tab === "pictures" ? !Pictures.has(this.data.tags) : !shown;
    const why = here.length ? `None of the ${this.tab} fits.` : `This run has no ${this.tab} recorded${this.data.run?.state === "running" ? " yet" : ""}.`;
    say(this.empty, nothing && this.data.run ? why : "");
  }

  #see(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.seen.add(target);
      else this.seen.delete(target);
    }
    this.#drawSoon();
  }

  #drawSoon() {
    if (this.data.run) this.pace.ask();
  }

  /** Fetches and draws what is in view. */
  async #draw() {
    const { at } = this.slider;
    if (this.tab === "pictures") {
      await this.pictures.update(at);
    } else {
      const cards = [...this.cards.values()].filter((card) => !card.element.hidden && this.seen.has(card.element));
      const [distributions, scalars] = await Promise.all([
        this.data.distributions(cards.map((card) => card.thing.bands), POINTS.bands),
        this.data.scalars(cards.flatMap((card) => card.tags), POINTS.curve),
      ]);
      for (const card of cards) card.draw(distributions, scalars, at, this.data.lastStep);
    }
    await this.large?.update();
    this.element.dataset.drawn = `${this.tab} ${at ?? this.data.lastStep}`;
  }

  /** One of them over the page, with axes. */
  #enlarge(thing) {
    const state = new ChartState();
    const there = thing.curves.filter(({ tag }) => this.data.tags.scalars.includes(tag));
    const graphs = [];
    const make = (Kind, spec) => {
      const kept = (format) => {
        const name = `${fileName(this.data.id, spec.title)}.${format}`;
        const blob = format === "csv" ? Promise.resolve(csvBlob(graph.table())) : graph.picture(format).then(blobOf);
        blob.then((made) => save(this.app.source, this.data.id, name, made)).catch((error) => this.app.failed(error));
      };
      const graph = new Kind(spec, state, { save: kept });
      graphs.push(graph);
    };
    if (this.data.tags.distributions.includes(thing.bands)) make(BandsPanel, { kind: "bands", title: "values", tag: thing.bands, role: thing.role });
    const gradient = tags.GRADIENT + thing.name;
    if (this.data.tags.distributions.includes(gradient)) make(BandsPanel, { kind: "bands", title: "gradient", tag: gradient, role: "test" });
    there.forEach(({ tag, title }) => make(CurvesPanel, { kind: "curves", title, startsLog: title !== "dead units", lines: [{ tag, name: title, role: "training" }] }));
    const dialog = h("dialog", { class: "large", "aria-label": thing.name }, h("div", { class: "large-head" }, h("h2", {}, thing.name), h("small", {}, thing.detail), button("Close", () => dialog.close())), h("div", { class: "compared" }, graphs.map(({ element }) => element)));
    const update = () => Promise.all(graphs.map((graph) => graph.update(this.data, { at: this.slider.at, kind: "step" })));
    dialog.addEventListener("close", () => {
      this.large = null;
      for (const graph of graphs) graph.remove();
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    this.large = { update };
    update().catch((error) => this.app.failed(error));
  }
}
