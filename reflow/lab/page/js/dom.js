// Elements, made of names and texts.  No HTML is ever parsed: what programs name and print stays text.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element.  Properties: `class`, `on` ({event: listener}), `style` ({name: value}), and
 * attributes, where false and null leave one out.  Children: nodes, texts; null is left out. */
export function h(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/** The same for SVG. */
export function svg(name, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, name), properties, children);
}

/** Replaces the children of an element. */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children.flat(2).filter((child) => child !== null && child !== undefined),
  );
}

/** Sets a text, and touches the page only if it is another one. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value))
        element.addEventListener(event, listener);
    } else if (name === "style") {
      for (const [property, text] of Object.entries(value))
        element.style.setProperty(property, text);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  fill(element, ...children);
  return element;
}

/** A button that gives the keyboard back to the page after a click with the pointer, so that
 * SPACE goes on meaning what the list of keys says. */
export function button(text, action, properties = {}) {
  const made = h("button", { type: "button", ...properties }, text);
  made.addEventListener("click", (event) => {
    action(event);
    if (event.detail > 0) made.blur();
  });
  return made;
}

/** A button that is on or off. */
export function toggle(text, action, properties = {}) {
  return button(text, action, { "aria-pressed": "false", ...properties });
}

/** Shows whether a toggle is on. */
export function press(made, on) {
  made.setAttribute("aria-pressed", String(Boolean(on)));
}
