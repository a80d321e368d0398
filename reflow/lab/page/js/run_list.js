// All runs in a table that sorts, with their hyperparameters and figures.

import { button, fill, h, say } from "./dom.js";
import { count, duration, moment, percent, setting, short } from "./format.js";
import { key } from "./keys.js";
import { address, badge } from "./run_bar.js";

const FIXED = [
  { name: "state", value: (run) => run.state, show: (run) => badge(run.state) },
  { name: "started", value: (run) => run.started, show: (run) => moment(run.started) },
  { name: "took", value: took, show: (run) => duration(took(run)) },
  {
    name: "steps",
    value: stepsOf,
    show: (run) => (Object.keys(run.steps).length ? count(stepsOf(run)) : "–"),
    number: true,
  },
];
const LAST = [
  {
    name: "watching",
    value: (run) => run.overhead,
    show: (run) => percent(run.overhead),
    number: true,
  },
];
// Of accuracy the greatest value tells most, of a loss the last one; a run with several learners
// has several losses.
const FIGURES = [
  ["test accuracy", "accuracy/test", "greatest"],
  ["training accuracy", "accuracy/training", "greatest"],
  ["loss", "loss/training/", "last"],
  ["test loss", "loss/test/", "last"],
  ["evaluated", "evaluated/", "last"],
];
const SETTINGS = 8;

export class RunList {
  runs = [];
  followsList = true;
  title = "Runs";

  constructor(app) {
    this.app = app;
    this.all = [];
    this.chosen = new Set();
    this.sorted = { name: "started", down: true };
    this.search = h("input", {
      type: "search",
      placeholder: "Search",
      "aria-label": "Search the runs",
      on: { input: () => this.#draw() },
    });
    this.compare = button("Compare", () => this.#compare(), { class: "primary" });
    this.head = h("tr", {});
    this.body = h("tbody", {});
    this.empty = h("p", { class: "empty" });
    this.element = h(
      "main",
      { class: "runs", id: "content" },
      h("div", { class: "runs-bar" }, h("h1", {}, "Runs"), this.search, this.compare),
      h(
        "div",
        { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Table of runs" },
        h("table", {}, h("thead", {}, this.head), this.body),
      ),
      this.empty,
    );
  }

  keys() {
    return [key(["/"], "search", () => this.search.focus())];
  }

  async update() {
    const all = await this.app.source.runs();
    // A table that stays as it is keeps the reader's place in it.
    const told = JSON.stringify(all);
    if (told === this.told) return;
    this.told = told;
    this.all = all;
    this.#draw();
  }

  stop() {}

  #draw() {
    const wanted = this.search.value.toLowerCase();
    const text = (run) =>
      `${run.id} ${run.program} ${run.arguments.join(" ")} ${run.state} ${JSON.stringify(run.hyperparameters)}`;
    const runs = this.all.filter((run) => text(run).toLowerCase().includes(wanted));
    const columns = [...FIXED, ...figures(this.all), ...settings(this.all), ...LAST];
    const by = columns.find(({ name }) => name === this.sorted.name) ?? NAME;
    runs.sort((a, b) => (this.sorted.down ? -1 : 1) * compared(by.value(a), by.value(b)));
    const place = document.activeElement?.dataset.place;
    fill(
      this.head,
      h("th", {}, h("span", { class: "unseen" }, "Compare")),
      [NAME, ...columns].map((column) => this.#heading(column)),
    );
    fill(
      this.body,
      runs.map((run) => this.#row(run, columns)),
    );
    const none = "No runs yet. Start one with: reflow run --watch PROGRAM";
    say(this.empty, this.all.length ? (runs.length ? "" : "No run has this in it.") : none);
    this.#countChosen();
    if (place) this.element.querySelector(`[data-place="${CSS.escape(place)}"]`)?.focus();
  }

  #heading(column) {
    const { name } = column;
    const here = this.sorted.name === name;
    const sort = () => {
      this.sorted = { name, down: here ? !this.sorted.down : column.number === true };
      this.#draw();
    };
    const sign = here ? (this.sorted.down ? " ↓" : " ↑") : "";
    return h(
      "th",
      {
        scope: "col",
        "aria-sort": here ? (this.sorted.down ? "descending" : "ascending") : "none",
        class: column.number ? "number" : null,
      },
      h(
        "button",
        { type: "button", "data-place": `column ${name}`, on: { click: sort } },
        `${name}${sign}`,
      ),
    );
  }

  #row(run, columns) {
    const check = h("input", {
      type: "checkbox",
      "aria-label": `Compare ${run.id}`,
      "data-place": `check ${run.id}`,
    });
    check.checked = this.chosen.has(run.id);
    check.addEventListener("change", () => {
      if (check.checked) this.chosen.add(run.id);
      else this.chosen.delete(run.id);
      this.#countChosen();
    });
    const cells = columns.map((column) =>
      h("td", { class: column.number ? "number" : null }, column.show(run)),
    );
    return h("tr", {}, h("td", {}, check), h("th", { scope: "row" }, NAME.show(run)), cells);
  }

  #countChosen() {
    const there = this.all.filter(({ id }) => this.chosen.has(id));
    this.compare.disabled = there.length < 2;
    say(this.compare, there.length < 2 ? "Compare: choose two" : `Compare ${there.length} runs`);
  }

  #compare() {
    const ids = this.all
      .filter(({ id }) => this.chosen.has(id))
      .map(({ id }) => encodeURIComponent(id));
    location.hash = `#/compare?ids=${ids.join(",")}`;
  }
}

const NAME = {
  name: "run",
  value: (run) => run.id,
  show: (run) =>
    h(
      "span",
      { class: "run-cell" },
      h("a", { href: address(run.id), "data-place": `run ${run.id}` }, run.id),
      h("small", {}, [run.program, ...run.arguments].join(" ")),
    ),
};

function took(run) {
  return (run.ended ?? Date.now() / 1000) - run.started;
}

function stepsOf(run) {
  return Math.max(0, ...Object.values(run.steps));
}

/** The columns of figures that any run has. */
function figures(runs) {
  const columns = FIGURES.map(([name, prefix, which]) => {
    const values = (run) => {
      const tags = Object.keys(run.figures ?? {})
        .filter((tag) => tag.startsWith(prefix))
        .sort();
      return tags.map((tag) => run.figures[tag][which]);
    };
    const show = (run) => values(run).map(short).join(" / ") || "–";
    return { name, value: (run) => values(run)[0] ?? null, show, number: true };
  });
  return columns.filter(({ value }) => runs.some((run) => value(run) !== null));
}

/** A column for each hyperparameter, those that differ first. */
function settings(runs) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.hyperparameters)))];
  const differing = (name) =>
    new Set(runs.map((run) => JSON.stringify(run.hyperparameters[name]))).size;
  names.sort((a, b) => differing(b) - differing(a));
  return names.slice(0, SETTINGS).map((name) => {
    const value = (run) => run.hyperparameters[name] ?? null;
    return {
      name: name.replaceAll("_", " "),
      value,
      show: (run) => setting(value(run)),
      number: runs.some((run) => typeof value(run) === "number"),
    };
  });
}

/** Numbers by size, texts by the alphabet; what is not there is less than all. */
function compared(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return typeof a === "number" && typeof b === "number"
    ? a - b
    : String(a).localeCompare(String(b));
}
