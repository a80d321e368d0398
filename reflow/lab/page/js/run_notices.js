// What happened to a run, as lines above its graphs.

import { h } from "./dom.js";
import { NOT_FINITE } from "./tags.js";

/** Shows the run's error, its first NaN, and what its recorder remarks. */
export async function tellRun(notices, data) {
  const { run } = data;
  const error = run.error;
  notices.set("error", error ? `${error.type ?? "Error"}: ${error.message ?? ""}` : null, {
    level: "error",
    more: error?.traceback
      ? h(
          "details",
          {},
          h("summary", {}, "traceback"),
          h("pre", { tabindex: "0" }, error.traceback),
        )
      : null,
  });
  const lost =
    "The program no longer says anything: it was killed, or its machine is asleep or gone. This is what it wrote.";
  notices.set("lost", run.state === "lost" ? lost : null, { level: "warning" });
  notices.set("remarks", run.remarks.length ? run.remarks.join(" ") : null, { level: "warning" });
  const first = (await data.texts([NOT_FINITE]))[NOT_FINITE];
  const found = first?.text.length ? first : null;
  notices.set("not finite", found ? notFinite(found.text[0], found.step[0]) : null, {
    level: "error",
  });
}

/** The sentence about the first NaN or infinity.  text: JSON, of which any part may be missing. */
function notFinite(text, step) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return `First NaN or infinity at step ${step}: ${text}`;
  }
  const parts = [`The first ${found.what ?? "NaN or infinity"} came at step ${found.step ?? step}`];
  if (found.op) parts.push(`in ${found.op}${found.op_type ? ` (${found.op_type})` : ""}`);
  if (found.variable) parts.push(`by way of the variable ${found.variable}`);
  const { line } = found;
  if (line?.file) parts.push(`${line.file}:${line.line}: ${line.text ?? ""}`);
  return [`${parts.join(", ")}.`, found.certain, "The history before it is intact."]
    .filter(Boolean)
    .join(" ");
}
