// Smoothing of curves: an exponential average that starts without a bias towards 0.

/** weight: 0 leaves the values as they are, towards 1 the past counts more. */
export function smoothed(values, weight) {
  if (weight === 0) return values;
  let average = 0;
  let counted = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    counted = weight * counted + (1 - weight);
    return average / counted;
  });
}
