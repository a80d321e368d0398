// The tags of reflow/files/run_directory.py, which is their one definition.

export const TRAINING_LOSS = "loss/training/";
export const TEST_LOSS = "loss/test/";
export const TRAINING_ACCURACY = "accuracy/training";
export const TEST_ACCURACY = "accuracy/test";
export const FETCHED = "fetched/";
export const EVALUATED = "evaluated/";
export const SUMMARY = "summary/";
export const LEARNING_RATE = "learning_rate/";
export const GRADIENT_NORM = "gradient_norm/";
export const UPDATE_RATIO = "update_ratio/";
export const FLOW = "flow/";
export const DEAD = "dead/";
export const STEPS_PER_SECOND = "rate/steps_per_second";
export const WEIGHTS = "weights";
export const BIASES = "biases";
export const SHOWN = "shown/";
export const VARIABLE = "variable/";
export const GRADIENT = "gradient/";
export const ACTIVATION = "activation/";
export const LOGITS = "logits/";
export const PREDICTION = "prediction/";
export const TRAINING_BATCH = "batch/training";
export const TEST_BATCH = "batch/test";
export const FILTERS = "filters/";
export const FEATURE_MAPS = "maps/";
export const STRONGEST = "strongest/";
export const NOT_FINITE = "not_finite";
export const TEXT = "text/";

// dense_2 comes before dense_10.
const { compare } = new Intl.Collator("en", { numeric: true });

/** Those of the tags that begin so, in the order of their names. */
export function beginning(tags, ...prefixes) {
  return inOrder(tags.filter((tag) => prefixes.some((prefix) => tag.startsWith(prefix))));
}

/** Names in the order in which people expect them. */
export function inOrder(names) {
  return [...names].sort(compare);
}
