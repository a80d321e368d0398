// Lines that say what happened: one for each matter, read aloud when it comes.

import { button, h } from "./dom.js";

export class Notices {
  #lines = new Map();

  constructor() {
    this.element = h("div", { class: "notices", role: "status", "aria-live": "polite" });
  }

  /** Shows a line about a matter, or takes it away if the text is null.
   * level: "info", "warning" or "error"; seconds: after which it goes by itself; more: a node. */
  set(matter, text, { level = "info", seconds = null, more = null } = {}) {
    const old = this.#lines.get(matter);
    if (old?.text === text) return;
    old?.element.remove();
    clearTimeout(old?.timer);
    this.#lines.delete(matter);
    if (text === null) return;
    const away = button("×", () => this.#hide(matter), {
      class: "quiet",
      "aria-label": "Hide this line",
    });
    const element = h(
      "div",
      { class: `notice ${level}` },
      h("span", {}, text, more ? " " : null, more),
      away,
    );
    const timer =
      seconds === null ? null : setTimeout(() => this.set(matter, null), 1000 * seconds);
    this.#lines.set(matter, { text, element, timer });
    this.element.append(element);
  }

  /** The reader has seen it: it comes back only with another text. */
  #hide(matter) {
    this.#lines.get(matter).element.remove();
  }
}
