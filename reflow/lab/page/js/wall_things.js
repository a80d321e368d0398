// What is on the wall: every variable and activation that anything is recorded of.

import { nameOf } from "./format.js";
import * as tags from "./tags.js";

/** tags: of a run, by kind.  Gives [{name, bands: tag, role, curves: [{tag, title}]}]. */
export function variables(all) {
  return namesOf(all, tags.VARIABLE, tags.GRADIENT_NORM).map((name) => ({
    name,
    bands: tags.VARIABLE + name,
    role: /bias|beta|^b\d*$/i.test(name) ? "biases" : "weights",
    curves: [
      { tag: tags.GRADIENT_NORM + name, title: "gradient norm" },
      { tag: tags.UPDATE_RATIO + name, title: "update ratio" },
    ],
  }));
}

/** The same of activations, logits and predictions. */
export function activations(all) {
  const values = [tags.ACTIVATION, tags.LOGITS, tags.PREDICTION];
  return namesOf(all, ...values, tags.DEAD, tags.FLOW).map((name) => {
    const bands = values.map((prefix) => prefix + name);
    return {
      name,
      bands: bands.find((tag) => all.distributions.includes(tag)) ?? bands[0],
      role: "training",
      curves: [
        { tag: tags.FLOW + name, title: "gradient norm" },
        { tag: tags.DEAD + name, title: "dead units" },
      ],
    };
  });
}

function namesOf(all, ...prefixes) {
  const found = [...all.distributions, ...all.scalars];
  return tags.inOrder(new Set(tags.beginning(found, ...prefixes).map(nameOf)));
}
