// The head of a run's views: what runs, how it stands, and the way to its other views.

import { fill, h, say } from "./dom.js";
import { count, duration, percent } from "./format.js";

const STATES = {
  running: ["●", "running"],
  finished: ["✓", "finished"],
  failed: ["✕", "failed"],
  interrupted: ["■", "interrupted"],
  lost: ["?", "lost: it no longer says anything"],
};
const VIEWS = [
  ["", "Dashboard"],
  ["wall", "Wall"],
  ["graph", "Graph"],
  ["curves", "Curves"],
];

/** A run's state as a badge: told by its sign and its word, not by its colour alone. */
export function badge(state) {
  const [sign, word] = STATES[state] ?? ["?", state];
  return h(
    "span",
    { class: `badge ${state}`, title: word },
    h("span", { "aria-hidden": "true" }, sign),
    ` ${word.split(":")[0]}`,
  );
}

export class RunBar {
  /** view: the one of VIEWS that is shown; buttons: what stands at the right. */
  constructor(id, view, buttons = []) {
    this.name = h("h1", {}, id);
    this.state = h("span", { class: "run-state" });
    this.facts = h("span", { class: "facts" });
    const tabs = VIEWS.map(([path, name]) =>
      h("a", { href: address(id, path), "aria-current": path === view ? "page" : null }, name),
    );
    this.element = h(
      "div",
      { class: "run-bar" },
      h("div", { class: "run-name" }, this.name, this.state, this.facts),
      h("nav", { class: "tabs", "aria-label": "Views of the run" }, tabs),
      h("div", { class: "run-buttons" }, buttons),
    );
  }

  /** data: a RunData; frozen: whether its drawing is. */
  update(data, frozen = false) {
    const { run } = data;
    say(this.name, [run.program, ...run.arguments].join(" ") || run.id);
    this.name.title = run.id;
    const key = `${run.state} ${run.paused} ${frozen}`;
    if (key !== this.key) {
      this.key = key;
      fill(
        this.state,
        badge(run.state),
        run.paused && run.state === "running"
          ? h("span", { class: "badge paused" }, "❚❚ program paused")
          : null,
        frozen ? h("span", { class: "badge frozen" }, "❄ drawing frozen") : null,
      );
    }
    say(this.facts, factsOf(data).join("  ·  "));
  }
}

/** The address of a run's view. */
export function address(id, view = "") {
  return `#/run/${encodeURIComponent(id)}${view ? `/${view}` : ""}`;
}

function factsOf({ run, lastStep: steps }) {
  const now = run.ended ?? (run.state === "running" ? Date.now() / 1000 : run.heartbeat);
  const seconds = Math.max(0, now - run.started);
  const facts = [duration(seconds)];
  if (steps)
    facts.unshift(
      run.steps_total >= steps
        ? `step ${count(steps)} of ${count(run.steps_total)}`
        : `step ${count(steps)}`,
    );
  if (run.state === "running" && run.steps_total > steps && steps > 0) {
    facts.push(`about ${duration(((run.steps_total - steps) * seconds) / steps)} left`);
  }
  if (run.overhead) facts.push(`watching costs ${percent(run.overhead)}`);
  return facts;
}
