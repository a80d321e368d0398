// Signs that something does not learn: gradients that vanish or explode, dead units.

export const VANISHING = 1e-7;
export const EXPLODING = 1e3;
// An update that changes a variable by a tenth of its size per step destroys what it learned.
export const HASTY = 0.1;
export const DEAD = 0.5;

/** Marks of a variable or an activation: [{sign, word, why}].
 * Each argument is the last value of its kind, or null where it is not recorded. */
export function marks({ gradient = null, ratio = null, dead = null, flow = null }) {
  const found = [];
  const slope = gradient ?? flow;
  if (slope !== null && slope < VANISHING) {
    found.push({
      sign: "↓",
      word: "vanishing",
      why: `the norm of its gradient is below ${VANISHING}`,
    });
  }
  if (slope !== null && slope > EXPLODING) {
    found.push({
      sign: "↑",
      word: "exploding",
      why: `the norm of its gradient is above ${EXPLODING}`,
    });
  }
  if (ratio !== null && ratio > HASTY) {
    found.push({
      sign: "↯",
      word: "hasty",
      why: `a step changes it by more than ${HASTY} of its size`,
    });
  }
  if (dead !== null && dead > DEAD) {
    found.push({
      sign: "∅",
      word: "dead",
      why: `more than ${100 * DEAD} % of its units are 0 for the whole batch`,
    });
  }
  return found;
}
