// The wall: every variable and every activation of a run, and pictures of what it has learned.

import { h, press, say, toggle } from "./dom.js";
import { Enlarged } from "./enlarged.js";
import { shape } from "./format.js";
import { marks } from "./health.js";
import { key } from "./keys.js";
import { Pace } from "./pace.js";
import { Pictures } from "./pictures.js";
import { onLook } from "./preferences.js";
import { RunBar } from "./run_bar.js";
import { placeAt } from "./run_data.js";
import { tellRun } from "./run_notices.js";
import { Slider } from "./slider.js";
import * as tags from "./tags.js";
import { WallCard } from "./wall_card.js";
import { activations, variables } from "./wall_things.js";

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
    this.search = h("input", {
      type: "search",
      placeholder: "Search",
      "aria-label": "Search by name",
      on: { input: () => this.#filter() },
    });
    this.onlyMarked = toggle("Only marked", () => {
      press(this.onlyMarked, this.onlyMarked.getAttribute("aria-pressed") !== "true");
      this.#filter();
    });
    this.count = h("span", { class: "facts", role: "status" });
    this.tabs = Object.fromEntries(
      TABS.map((tab) => [
        tab,
        toggle(tab[0].toUpperCase() + tab.slice(1), () => this.#choose(tab)),
      ]),
    );
    this.grid = h("div", { class: "cards" });
    this.pictures = new Pictures(data);
    this.empty = h("p", { class: "empty" });
    this.slider = new Slider(() => this.#drawSoon());
    this.element = h(
      "main",
      { class: "wall", id: "content" },
      this.bar.element,
      h(
        "div",
        { class: "tools" },
        h("span", { class: "group" }, Object.values(this.tabs)),
        this.search,
        this.onlyMarked,
        this.count,
      ),
      this.grid,
      this.pictures.element,
      this.empty,
      this.slider.element,
    );
    this.visible = new IntersectionObserver((entries) => this.#see(entries), {
      rootMargin: "200px",
    });
    this.pace = new Pace(
      () => this.#draw().then(() => this.#judge()),
      (error) => app.failed(error),
    );
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
    this.large?.close();
    this.slider.stop();
    this.pictures.stop();
  }

  async #learnShapes() {
    if (this.shapes) return;
    const graph = await this.data.part("graph").catch(() => null);
    if (!graph && this.data.run.state === "running") return;
    this.shapes = new Map(
      graph?.roles.variables.map((variable) => [variable.name, shape(variable.shape)]),
    );
  }

  #makeCards() {
    for (const thing of variables(this.data.tags)) this.#add("variables", thing);
    for (const thing of activations(this.data.tags)) this.#add("activations", thing);
  }

  #add(tab, thing) {
    const place = `${tab} ${thing.name}`;
    if (this.cards.has(place)) return;
    const detail = this.shapes?.get(thing.name) ?? "";
    const card = new WallCard({ ...thing, detail }, () => this.#enlarge({ ...thing, detail }));
    card.tab = tab;
    this.cards.set(place, card);
    card.element.hidden = tab !== this.tab;
    this.grid.append(card.element);
    this.visible.observe(card.element);
  }

  /** Marks all of them, also those that are not in view. */
  async #judge() {
    const cards = [...this.cards.values()];
    const found = await this.data.scalars(
      cards.flatMap((card) => card.tags),
      POINTS.health,
    );
    const at = (prefix, name) => {
      const series = found[prefix + name];
      return series?.step.length ? series.value[placeAt(series, this.slider.at)] : null;
    };
    for (const card of cards) {
      const { name } = card.thing;
      const isVariable = card.tab === "variables";
      card.mark(
        marks(
          isVariable
            ? { gradient: at(tags.GRADIENT_NORM, name), ratio: at(tags.UPDATE_RATIO, name) }
            : { flow: at(tags.FLOW, name), dead: at(tags.DEAD, name) },
        ),
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
      const fits =
        card.tab === this.tab &&
        card.thing.name.toLowerCase().includes(wanted) &&
        (!marked || card.marked);
      card.element.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    say(
      this.count,
      this.tab === "pictures"
        ? ""
        : `${shown} of ${here.length}, ${here.filter((card) => card.marked).length} marked`,
    );
    const nothing = this.tab === "pictures" ? !Pictures.has(this.data.tags) : !shown;
    const why = here.length
      ? `None of the ${this.tab} fits.`
      : `This run has no ${this.tab} recorded${this.data.run?.state === "running" ? " yet" : ""}.`;
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
      const cards = [...this.cards.values()].filter(
        (card) => !card.element.hidden && this.seen.has(card.element),
      );
      const [distributions, scalars] = await Promise.all([
        this.data.distributions(
          cards.map((card) => card.thing.bands),
          POINTS.bands,
        ),
        this.data.scalars(
          cards.flatMap((card) => card.tags),
          POINTS.curve,
        ),
      ]);
      for (const card of cards) card.draw(distributions, scalars, at, this.data.lastStep);
    }
    await this.large?.update(at);
    this.element.dataset.drawn = `${this.tab} ${at ?? this.data.lastStep}`;
  }

  /** One of them over the page, with axes. */
  #enlarge(thing) {
    this.large = new Enlarged(this.app, this.data, thing, () => (this.large = null));
    this.pace.ask();
  }
}
