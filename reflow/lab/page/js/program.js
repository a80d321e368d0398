// Below the graphs: the run's settings, its program and what it printed.

import { fill, h, say } from "./dom.js";
import { bytes, moment, nameOf, percent, setting, short } from "./format.js";
import { TEXT, beginning } from "./tags.js";

const FIGURES = {
  "rate/steps_per_second": ["steps per second", short],
  "rate/examples_per_second": ["examples per second", short],
  "memory/bytes": ["memory", bytes],
  "overhead/fraction": ["watching costs", percent],
};
const MACHINE = Object.keys(FIGURES);

export class Program {
  constructor(data) {
    this.data = data;
    this.facts = h("dl", { class: "facts-list" });
    this.output = h("pre", { tabindex: "0" });
    this.texts = h("div", {});
    this.sources = h("div", {});
    this.parts = [
      this.#part("Settings", this.facts, () => this.#tellFacts()),
      this.#part("Output", this.output, () => this.#tellOutput()),
      this.#part("Texts", this.texts, () => this.#tellTexts()),
      this.#part("Program", this.sources, () => this.#tellSources()),
    ];
    this.element = h(
      "section",
      { class: "program", "aria-label": "About the run" },
      this.parts.map(({ element }) => element),
    );
  }

  /** What is open is kept up to date. */
  async update() {
    this.parts[2].element.hidden = !beginning(this.data.tags.texts, TEXT).length;
    this.parts[3].element.hidden = !this.data.run.sources.length;
    await Promise.all(this.parts.filter(({ element }) => element.open).map(({ tell }) => tell()));
  }

  #part(title, content, tell) {
    const failed = h("p", { class: "empty" });
    const told = () =>
      tell().then(
        () => say(failed, ""),
        (error) => say(failed, error.message),
      );
    const element = h(
      "details",
      { class: "fold", on: { toggle: () => element.open && told() } },
      h("summary", {}, title),
      content,
      failed,
    );
    return { element, tell: told };
  }

  async #tellFacts() {
    const { run } = this.data;
    const rows = {
      run: run.id,
      started: moment(run.started),
      ended: run.ended ? moment(run.ended) : null,
      host: run.host,
      process: run.pid || null,
      seed: run.seed,
      "batch size": run.batch_size,
      "examples in an epoch": run.epoch_size,
      ...run.hyperparameters,
      ...run.versions,
    };
    const now = await this.data.scalars(MACHINE);
    for (const [tag, [name, told]] of Object.entries(FIGURES)) {
      const value = now[tag]?.value.at(-1);
      if (value !== undefined && value !== null) rows[name] = told(value);
    }
    const told = Object.entries(rows).filter(
      ([, value]) => value !== null && value !== undefined && value !== "",
    );
    fill(
      this.facts,
      told.flatMap(([name, value]) => [
        h("dt", {}, name),
        h("dd", {}, typeof value === "number" ? String(value) : setting(value)),
      ]),
    );
  }

  async #tellOutput() {
    const { text } = await this.data.part("output");
    const atEnd = this.output.scrollTop + this.output.clientHeight >= this.output.scrollHeight - 4;
    say(this.output, text || "The program has printed nothing.");
    if (atEnd) this.output.scrollTop = this.output.scrollHeight;
  }

  async #tellTexts() {
    const found = await this.data.texts(beginning(this.data.tags.texts, TEXT));
    fill(
      this.texts,
      Object.entries(found).flatMap(([tag, series]) => [
        h("h3", {}, nameOf(tag)),
        ...series.text
          .map((text, i) => h("p", { class: "text" }, h("b", {}, `step ${series.step[i]}`), text))
          .reverse(),
      ]),
    );
  }

  async #tellSources() {
    const { files } = await this.data.part("source");
    fill(
      this.sources,
      files.flatMap(({ name, text }) => [h("h3", {}, name), h("pre", { tabindex: "0" }, text)]),
    );
  }
}
