// The slider over a run's time.  At its right end it follows the run.

import { button, h, press, say, toggle } from "./dom.js";
import { count } from "./format.js";

// A replay of the whole run takes so many seconds.
const REPLAY = 12;

export class Slider {
  /** moved: called with a step, or null to follow the run. */
  constructor(moved) {
    this.moved = moved;
    this.at = null;
    this.range = h("input", {
      type: "range",
      min: "0",
      max: "0",
      value: "0",
      step: "1",
      class: "slider",
      "aria-label": "Step that is shown",
      on: { input: () => this.#slide() },
    });
    this.said = h("output", { class: "slider-said" });
    this.play = button("▶", () => this.#replay(), {
      class: "quiet",
      "aria-label": "Replay the run",
      title: "Replay the run",
    });
    this.follow = toggle("Latest", () => this.set(null), {
      class: "quiet",
      title: "Follow the run",
    });
    this.element = h(
      "footer",
      { class: "timeline" },
      this.play,
      this.range,
      this.said,
      this.follow,
    );
    this.show();
  }

  /** The run has got so far. */
  grow(last) {
    if (Number(this.range.max) === last) return;
    this.range.max = String(last);
    this.show();
  }

  set(step) {
    this.stop();
    this.#go(step);
  }

  show() {
    const last = Number(this.range.max);
    if (this.at === null) this.range.value = String(last);
    else if (Number(this.range.value) !== this.at) this.range.value = String(this.at);
    const text =
      this.at === null ? `step ${count(last)}` : `step ${count(this.at)} of ${count(last)}`;
    say(this.said, text);
    this.range.setAttribute("aria-valuetext", this.at === null ? `${text}, the latest` : text);
    press(this.follow, this.at === null);
    this.element.classList.toggle("past", this.at !== null);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.play.textContent = "▶";
  }

  #go(step) {
    if (step === this.at) return;
    this.at = step;
    this.show();
    this.moved(step);
  }

  #slide() {
    this.stop();
    const step = Number(this.range.value);
    this.#go(step >= Number(this.range.max) ? null : step);
  }

  #replay() {
    if (this.frame) return this.stop();
    this.play.textContent = "❚❚";
    const last = Number(this.range.max);
    const from = this.at === null ? 0 : this.at;
    const start = performance.now() - (1000 * REPLAY * from) / Math.max(last, 1);
    const turn = () => {
      const step = Math.round((last * (performance.now() - start)) / (1000 * REPLAY));
      if (step >= last) {
        this.stop();
        return this.#go(null);
      }
      this.#go(step);
      this.frame = requestAnimationFrame(turn);
    };
    this.frame = requestAnimationFrame(turn);
  }
}
