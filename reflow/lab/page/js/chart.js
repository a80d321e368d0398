// A chart: plotly.js behind the page's own colours, axes and keys.

import { h } from "./dom.js";
import { isLarge } from "./preferences.js";
import { colour, size } from "./palette.js";
import { sketch, sketched } from "./sketch.js";

const PLOTLY = "/page/plotly.min.js";
let loading = null;

/** plotly.js, loaded when it is first asked for: it is large, and the list of runs has no charts. */
export function plotly() {
  if (globalThis.Plotly) return Promise.resolve(globalThis.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const failed = () => {
      loading = null;
      reject(new Error("plotly.js could not be loaded"));
    };
    const loaded = () => resolve(globalThis.Plotly);
    document.head.append(h("script", { src: PLOTLY, on: { load: loaded, error: failed } }));
  });
  return loading;
}

/** Fetches plotly.js while the view waits for its run.  It starts with the first chart, whose curves
 * are sketched by then: nothing else moves for the second that it takes. */
export function expectCharts() {
  if (globalThis.Plotly || document.querySelector(`link[href="${PLOTLY}"]`)) return;
  document.head.append(h("link", { rel: "preload", as: "script", href: PLOTLY }));
}

/** How all charts of a view are shown: what the keys O, P, G, K and L change. */
export class ChartState {
  drag = "zoom";
  grid = true;
  logX = false;
  logY = false;
  // Grows with each reset: plotly forgets its zoom when it sees another number.
  resets = 0;
}

// Outliers: this part of the values at each end, where there are so many, that lie so many times the
// range of the others away.
const FEW = 0.04;
const MANY = 12;
const FAR = 20;

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: "reset", showTips: false };

export class Chart {
  /**
   * element: where it is drawn.  state: a ChartState.
   * options: yRange ([low, high] or null), log (whether y can be logarithmic), yTitle,
   * names: whether x are names instead of numbers.
   */
  constructor(element, state, options = {}) {
    this.element = element;
    this.state = state;
    this.options = options;
    this.sized = new ResizeObserver(() => this.#fit());
    this.sized.observe(element);
  }

  /** Draws traces; at: the x of the cursor line, or null; xTitle: what x counts. */
  async draw(traces, at = null, xTitle = "step") {
    if (!globalThis.Plotly) {
      if (this.#isLinear()) this.sketch ??= sketch(this.element, traces, this.#range(traces));
      await sketched();
    }
    const Plotly = await plotly();
    if (!this.element.isConnected) return;
    await Plotly.react(this.element, traces, this.#layout(at, xTitle, traces), CONFIG);
    this.sketch?.remove();
    this.sketch = null;
  }

  /** The picture, as a data address. */
  async picture(format, scale = 2) {
    const Plotly = await plotly();
    const { width, height } = this.element.getBoundingClientRect();
    return Plotly.toImage(this.element, { format, scale, width, height });
  }

  remove() {
    this.sized.disconnect();
    if (globalThis.Plotly) globalThis.Plotly.purge(this.element);
  }

  #fit() {
    if (this.element._fullLayout && this.element.clientWidth)
      globalThis.Plotly.Plots.resize(this.element);
  }

  #isLinear() {
    return !this.options.names && !this.state.logX && !this.#hasLogY();
  }

  #hasLogY() {
    const { log, startsLog } = this.options;
    return log !== false && this.state.logY !== Boolean(startsLog);
  }

  /** The range of y on a linear axis; null if all values are to be seen. */
  #range(traces) {
    const usual = this.options.log === false ? null : withoutOutliers(traces);
    return this.options.yRange ?? aroundConstant(traces) ?? usual;
  }

  #layout(at, xTitle, traces) {
    const { state, options } = this;
    const text = size("chart-text");
    const logY = this.#hasLogY();
    const axis = {
      showgrid: state.grid,
      gridcolor: colour("grid"),
      zeroline: false,
      linecolor: colour("line"),
      showline: true,
      ticks: "outside",
      tickcolor: colour("line"),
      ticklen: 4,
      nticks: 6,
      automargin: true,
      exponentformat: "power",
    };
    const type = (log) => ({ type: log ? "log" : "linear", uirevision: `${state.resets} ${log}` });
    const yaxis = { ...axis, ...type(logY), title: { text: options.yTitle ?? "", standoff: 6 } };
    const range = this.#range(traces);
    if (range && !logY) yaxis.range = range;
    return {
      uirevision: state.resets,
      autosize: true,
      // The last label of the x axis stands half beside the axis.
      margin: { l: 8, r: text * 1.7, t: 8, b: 8 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: {
        family: getComputedStyle(document.body).fontFamily,
        size: text,
        color: colour("muted"),
      },
      hoverlabel: {
        bgcolor: colour("surface"),
        bordercolor: colour("line"),
        font: { color: colour("ink"), size: text },
      },
      hovermode: "x unified",
      showlegend: false,
      dragmode: state.drag,
      xaxis: {
        ...axis,
        ...(options.names ? { type: "category" } : type(state.logX)),
        nticks: isLarge() ? 4 : 6,
        exponentformat: "SI", // 10k
        title: { text: xTitle, standoff: 4 },
        rangemode: options.names ? "normal" : "tozero",
      },
      yaxis,
      shapes: at === null ? [] : [cursor(at)],
    };
  }
}

/** From 0 to twice the value that never changes; null where one does.  plotly would show a learning
 * rate of 0.003 between -1 and 1. */
function aroundConstant(traces) {
  const first = traces[0]?.y.find((value) => value !== null);
  const constant =
    first && traces.every(({ y }) => y.every((value) => value === null || value === first));
  return constant ? [Math.min(0, 2 * first), Math.max(0, 2 * first)] : null;
}

/** Where most of the values lie, if a few of them are so far away that the others would be a flat
 * line: the first loss of a network before it is normalised.  Else null.  A logarithmic axis shows
 * them all. */
function withoutOutliers(traces) {
  const values = traces.flatMap(({ y }) => [...y].filter((value) => value !== null));
  if (values.length < MANY) return null;
  values.sort((a, b) => a - b);
  const at = (part) => values[Math.round(part * (values.length - 1))];
  const [low, high] = [at(FEW), at(1 - FEW)];
  const room = high - low;
  const [least, greatest] = [at(0), at(1)];
  if (!room || (greatest - high < FAR * room && low - least < FAR * room)) return null;
  return [Math.max(least, low - room) - room / 20, Math.min(greatest, high + room) + room / 20];
}

/** A line at the step that the slider shows. */
function cursor(at) {
  return {
    type: "line",
    x0: at,
    x1: at,
    y0: 0,
    y1: 1,
    yref: "paper",
    line: { color: colour("ink"), width: 1.5, dash: "dot" },
  };
}

/** A line through points.  style: {color, dash, width}. */
export function line(name, x, y, style) {
  return {
    type: "scatter",
    mode: x.length === 1 ? "markers" : "lines",
    name,
    x,
    y,
    line: {
      color: style.color,
      dash: style.dash ?? "solid",
      width: style.width ?? size("chart-line"),
    },
    marker: { color: style.color, size: 7 },
    opacity: style.opacity ?? 1,
    cliponaxis: style.clip ?? true,
    hoverinfo: style.quiet ? "skip" : undefined,
    hovertemplate: style.quiet ? undefined : "%{y:.4~g}",
  };
}
