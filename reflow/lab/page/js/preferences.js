// How the page looks: light, dark or as the system has it; in normal or large print.

const KEPT = "reflow-lab";
const listeners = new Set();
const wanted = { theme: "system", large: false, ...read() };

/** Calls the listener whenever what is drawn has to look another way. */
export function onLook(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function theme() {
  return wanted.theme;
}

export function isLarge() {
  return wanted.large;
}

export function setTheme(name) {
  wanted.theme = name;
  apply();
}

export function setLarge(large) {
  wanted.large = large;
  apply();
}

/** Puts the wishes on the root element, where the style sheets see them. */
export function apply() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = wanted.theme === "system" ? (dark ? "dark" : "light") : wanted.theme;
  root.dataset.print = wanted.large ? "large" : "normal";
  try {
    localStorage.setItem(KEPT, JSON.stringify(wanted));
  } catch {
    // A browser that keeps nothing still shows it.
  }
  for (const listener of listeners) listener();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}
