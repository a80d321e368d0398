// A graph of scalars over time.

import { abscissaOf, abscissas, titleOf } from "./abscissa.js";
import { Chart, line } from "./chart.js";
import { short } from "./format.js";
import { colour, distinct } from "./palette.js";
import { Panel } from "./panel.js";
import { placeAt } from "./run_data.js";

export class CurvesPanel {
  /** spec: {title, lines: [{tag, name, role or nth, dash}], yRange, log, startsLog, yTitle}. */
  constructor(spec, state, actions) {
    this.spec = spec;
    this.panel = new Panel(spec, actions);
    this.element = this.panel.element;
    this.chart = new Chart(this.panel.body, state, spec);
  }

  async update(data, { at, kind }) {
    const found = await data.scalars(this.spec.lines.map(({ tag }) => tag));
    const there = this.spec.lines.filter(({ tag }) => found[tag]);
    const traces = there.map((entry) => {
      const series = found[entry.tag];
      return line(entry.name, abscissas(series, kind, data.run), series.value, styleOf(entry));
    });
    const entries = there.map((entry) => {
      const { color, dash } = styleOf(entry);
      return { name: entry.name, value: short(valueAt(found[entry.tag], at)), color, dash };
    });
    this.panel.showLegend(entries);
    this.panel.tell(
      there.map((entry) => summary(entry.name, found[entry.tag], at)).join(" ") ||
        "Nothing recorded yet.",
    );
    const first = there.length ? found[there[0].tag] : null;
    await this.chart.draw(traces, abscissaOf(at, first, kind, data.run), titleOf(kind));
    this.drawn = there.map((entry) => ({ name: entry.name, tag: entry.tag, ...found[entry.tag] }));
  }

  picture(format) {
    return this.chart.picture(format);
  }

  /** As lines of tag, step, time and value. */
  table() {
    const rows = [["tag", "step", "time", "value"]];
    for (const { tag, step, time, value } of this.drawn ?? []) {
      step.forEach((_, i) => rows.push([tag, step[i], time[i], value[i]]));
    }
    return rows;
  }

  remove() {
    this.chart.remove();
  }
}

export function styleOf(entry) {
  if (entry.role) return { color: colour(entry.role), dash: entry.dash ?? "solid" };
  const style = distinct(entry.nth);
  return { ...style, dash: entry.dash ?? style.dash };
}

export function valueAt(series, at) {
  return series.value[placeAt(series, at)];
}

/** A curve in a sentence. */
function summary(name, series, at) {
  const values = series.value.filter((value) => value !== null);
  const place = placeAt(series, at);
  const ends = `${short(series.value[0])} at step ${series.step[0]}, ${short(series.value[place])} at step ${series.step[place]}`;
  return `${name}: ${ends}, least ${short(Math.min(...values))}, greatest ${short(Math.max(...values))}.`;
}
