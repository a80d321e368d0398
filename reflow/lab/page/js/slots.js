// Which six graphs a run gets.  The canon's, where the run has what they show; in the place of one
// that would be empty, the next of those that any program can have.

import { nameOf } from "./format.js";
import * as tags from "./tags.js";

// More lines than this cannot be told apart: the wall has them all.
const MOST_LINES = 8;

/** tags: of a run, by kind.  Gives up to six of {number, kind, title, ...}. */
export function slotsOf(all) {
  const others = spares(all);
  const wanted = [
    accuracy(all),
    losses(all),
    digits(all, tags.TRAINING_BATCH, "Training digits", false),
    shown(all, 4, "weights") ?? bands(all, tags.WEIGHTS, "Weights", "weights"),
    shown(all, 5, "biases") ?? bands(all, tags.BIASES, "Biases", "biases"),
    digits(all, tags.TEST_BATCH, "Test digits", true),
  ];
  return wanted
    .map((slot, i) => {
      const chosen = slot ?? others.shift();
      return chosen ? { number: i + 1, ...chosen } : null;
    })
    .filter((slot) => slot !== null);
}

function accuracy(all) {
  const lines = [
    { tag: tags.TRAINING_ACCURACY, name: "training", role: "training" },
    { tag: tags.TEST_ACCURACY, name: "test", role: "test" },
  ];
  return curves(all, "Accuracy", lines, { yRange: [0, 1] });
}

/** Of each learner the training and the test loss. */
function losses(all) {
  const training = tags.beginning(all.scalars, tags.TRAINING_LOSS);
  const test = tags.beginning(all.scalars, tags.TEST_LOSS);
  const learners = [...new Set([...training, ...test].map(learnerOf))];
  if (learners.length === 1) {
    const lines = [
      { tag: tags.TRAINING_LOSS + learners[0], name: "training", role: "training" },
      { tag: tags.TEST_LOSS + learners[0], name: "test", role: "test" },
    ];
    return curves(all, "Loss", lines);
  }
  const lines = learners.flatMap((learner, nth) => [
    { tag: tags.TRAINING_LOSS + learner, name: learner, nth },
    { tag: tags.TEST_LOSS + learner, name: `${learner}, test`, nth, dash: "dash" },
  ]);
  return curves(all, "Losses", lines);
}

/** The name of the learner in the tag of its loss. */
function learnerOf(tag) {
  return nameOf(nameOf(tag));
}

/** What can stand in for a graph that the run has not, the most telling first. */
function spares(all) {
  const many = (title, prefixes, options) => {
    const found = tags.beginning(all.scalars, ...prefixes);
    const lines = found.slice(0, MOST_LINES).map((tag, nth) => ({ tag, name: nameOf(tag), nth }));
    const rest = found.length > MOST_LINES ? `, ${MOST_LINES} of ${found.length}` : "";
    return curves(all, title + rest, lines, options);
  };
  const first = (title, prefix, role) => {
    const tag = tags.beginning(all.distributions, prefix)[0];
    return tag ? bands(all, tag, `${title} ${nameOf(tag)}`, role) : null;
  };
  return [
    many("Fetched values", [tags.FETCHED]),
    many("Evaluated values", [tags.EVALUATED]),
    many("Gradient norms", [tags.GRADIENT_NORM], { startsLog: true }),
    many("Summaries", [tags.SUMMARY]),
    many("Update ratios", [tags.UPDATE_RATIO], { startsLog: true }),
    first("Variable", tags.VARIABLE, "weights"),
    first("Output", tags.PREDICTION, "training"),
    first("Logits", tags.LOGITS, "training"),
    first("Activation", tags.ACTIVATION, "biases"),
    many("Learning rate", [tags.LEARNING_RATE]),
    many("Steps per second", [tags.STEPS_PER_SECOND]),
  ].filter((slot) => slot !== null);
}

function curves(all, title, lines, options = {}) {
  const there = lines.filter(({ tag }) => all.scalars.includes(tag));
  return there.length ? { kind: "curves", title, lines: there, ...options } : null;
}

function bands(all, tag, title, role) {
  return all.distributions.includes(tag) ? { kind: "bands", title, tag, role } : null;
}

/** What the program itself shows in the place of weights or biases. */
function shown(all, number, role) {
  const prefix = `${tags.SHOWN}${number}/`;
  const tag = tags.beginning(all.distributions, prefix)[0];
  return tag ? bands(all, tag, tag.slice(prefix.length), role) : null;
}

function digits(all, tag, title, scale) {
  return all.tiles.includes(tag) ? { kind: "digits", title, tag, scale } : null;
}
