// What is around every view: the name, the way back, how the page looks, whether the lab answers.

import { button, h, press, say, toggle } from "./dom.js";
import * as preferences from "./preferences.js";

const THEMES = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

export class Frame {
  /** keys: shows the list of keys. */
  constructor(notices, keys) {
    this.connection = h("span", { class: "connection", role: "status" });
    const theme = h(
      "select",
      {
        "aria-label": "Colours",
        class: "theme-choice",
        on: { change: () => preferences.setTheme(theme.value) },
      },
      THEMES.map(([value, name]) => h("option", { value }, name)),
    );
    theme.value = preferences.theme();
    const large = toggle(
      "A+",
      () => {
        preferences.setLarge(!preferences.isLarge());
        press(large, preferences.isLarge());
      },
      { title: "Large print, for a lecture hall", "aria-label": "Large print" },
    );
    press(large, preferences.isLarge());
    this.view = h("div", { class: "view" });
    this.element = h(
      "div",
      { class: "frame" },
      h(
        "a",
        { class: "skip", href: "#content", on: { click: (event) => this.#skip(event) } },
        "To the content",
      ),
      h(
        "header",
        { class: "top" },
        h("a", { class: "brand", href: "#/" }, mark(), "reflow lab"),
        this.connection,
        h(
          "div",
          { class: "top-buttons" },
          theme,
          large,
          button("?", keys, { title: "Keys (?)", "aria-label": "Keys" }),
        ),
      ),
      notices.element,
      this.view,
    );
  }

  show(element) {
    this.view.replaceChildren(element);
  }

  /** Whether the lab answers; null: there is none to answer. */
  connected(is) {
    this.connection.className = `connection ${is === null ? "offline" : is ? "on" : "off"}`;
    say(this.connection, is === null ? "exported file" : is ? "live" : "no connection");
  }

  #skip(event) {
    // The address keeps naming the view.
    event.preventDefault();
    const content = document.getElementById("content");
    content.tabIndex = -1;
    content.focus();
  }
}

function mark() {
  return h("span", { class: "mark", "aria-hidden": "true" });
}
