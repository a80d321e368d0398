// Keys: a view says what they do; one listener finds the right one; ? shows them all.

import { button, h } from "./dom.js";

/** A key that a view knows: matches(event), shown: its name, says: what it does, act(). */
export function key(names, says, act, modifiers = {}) {
  const { shift = false, ctrl = false, shown = names[0] } = modifiers;
  const matches = (event) =>
    names.includes(event.key.length === 1 ? event.key.toLowerCase() : event.key) &&
    (event.ctrlKey || event.metaKey) === ctrl &&
    (event.key !== " " || event.shiftKey === shift) &&
    !event.altKey;
  return { matches, shown, says, act };
}

/** Listens for the keys that `current` gives, and for ?. */
export function listenToKeys(current) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || isForTheElement(event)) return;
    if (event.key === "?") {
      event.preventDefault();
      showKeys(current());
      return;
    }
    const found = current().find((one) => one.matches(event));
    if (!found) return;
    event.preventDefault();
    found.act();
  });
}

/** Whether the key means something to the element that has the keyboard. */
function isForTheElement(event) {
  const element = event.target;
  if (event.ctrlKey || event.metaKey) return false;
  if (element.matches?.("input[type=text], input[type=search], select, textarea")) return true;
  if (event.key === " " || event.key === "Enter") {
    return Boolean(
      element.closest?.("button, a, summary, input, [role=treeitem], [data-takes-enter]"),
    );
  }
  return false;
}

/** The list of keys, over the page. */
export function showKeys(keys) {
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  const dialog = h(
    "dialog",
    { class: "keys", "aria-labelledby": "keys-title" },
    h("h2", { id: "keys-title" }, "Keys"),
    h(
      "dl",
      {},
      [...keys, { shown: "?", says: "these keys" }].flatMap(({ shown, says }) => [
        h(
          "dt",
          {},
          shown.split(" or ").flatMap((name, i) => [i ? " or " : "", h("kbd", {}, name)]),
        ),
        h("dd", {}, says),
      ]),
    ),
    button("Close", close, { class: "primary" }),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
