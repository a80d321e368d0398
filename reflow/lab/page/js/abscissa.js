// What x counts: steps, seconds since the start, or epochs.

export const KINDS = ["step", "time", "epoch"];

/** Those that can be told for a run: epochs only where their size is known. */
export function kindsOf(run) {
  return run.batch_size && run.epoch_size ? KINDS : KINDS.slice(0, 2);
}

/** The x of the points of a series. */
export function abscissas(series, kind, run) {
  if (kind === "time") return series.time.map((time) => time - run.started);
  if (kind === "epoch" && run.epoch_size) {
    return series.step.map((step) => (step * run.batch_size) / run.epoch_size);
  }
  return series.step;
}

/** The x of a step, where a series tells when it was. */
export function abscissaOf(step, series, kind, run) {
  if (step === null) return null;
  if (kind !== "time") return abscissas({ step: [step] }, kind, run)[0];
  const place = series ? series.step.findLastIndex((other) => other <= step) : -1;
  return place < 0 ? null : series.time[place] - run.started;
}

export function titleOf(kind) {
  return kind === "time" ? "seconds" : kind;
}
