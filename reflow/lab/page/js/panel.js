// The frame of a graph: its number, title, legend, what can be saved of it, and its text alternative.

import { button, fill, h, say } from "./dom.js";

let made = 0;

export class Panel {
  /** spec: {number, title}; actions: {alone(), save(format)}. */
  constructor(spec, actions) {
    made += 1;
    const id = `panel-${made}`;
    this.spec = spec;
    this.legend = h("div", { class: "legend" });
    this.body = h("div", { class: "panel-body" });
    this.told = h("p", { class: "unseen", id: `${id}-told` });
    this.menu = menu(spec, actions);
    this.element = h(
      "section",
      {
        class: `panel panel-${spec.kind}`,
        "aria-labelledby": id,
        "aria-describedby": `${id}-told`,
        tabindex: "0",
        "data-number": String(spec.number ?? ""),
      },
      h(
        "header",
        { class: "panel-head" },
        h(
          "h2",
          { id },
          spec.number
            ? h("span", { class: "chip", "aria-hidden": "true" }, String(spec.number))
            : null,
          spec.title,
        ),
        this.legend,
        this.menu,
      ),
      this.body,
      this.told,
    );
  }

  /** What a reader of the screen hears. */
  tell(text) {
    say(this.told, text);
  }

  /** entries: [{name, value, color, dash}]. */
  showLegend(entries) {
    const key = JSON.stringify(entries);
    if (key === this.legendKey) return;
    this.legendKey = key;
    fill(
      this.legend,
      entries.map(({ name, value, color, dash }) =>
        h(
          "span",
          { class: "legend-entry" },
          color
            ? h("span", {
                class: `swatch ${dash ?? "solid"}`,
                style: { "--swatch": color },
                "aria-hidden": "true",
              })
            : null,
          h("span", { class: "legend-name" }, name),
          value === undefined ? null : h("b", {}, value),
        ),
      ),
    );
  }
}

/** A menu that needs no script to open. */
function menu(spec, actions) {
  const formats = spec.kind === "digits" ? ["png", "svg"] : ["png", "svg", "csv"];
  const menu = h(
    "details",
    { class: "menu" },
    h("summary", { "aria-label": `What to do with ${spec.title}`, title: "Show alone, save" }, "⋯"),
    h(
      "div",
      { class: "menu-items" },
      spec.number ? button("Show alone", () => close(() => actions.alone(spec.number))) : null,
      formats.map((format) =>
        button(`Save as ${format.toUpperCase()}`, () => close(() => actions.save(format))),
      ),
    ),
  );
  const close = (act) => {
    menu.open = false;
    act();
  };
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}
