// A graph of examples: the misrecognised first, on red.

import { percent } from "./format.js";
import { Panel } from "./panel.js";
import { Sheet } from "./sheet.js";

export class DigitsPanel {
  /** spec: {title, tag, scale}. */
  constructor(spec, _, actions) {
    this.spec = spec;
    this.panel = new Panel(spec, actions);
    this.element = this.panel.element;
    this.sheet = new Sheet(this.panel.body, { scale: spec.scale });
  }

  async update(data, { at }) {
    const tiles = (await data.tiles([this.spec.tag], at))[this.spec.tag];
    if (!tiles) return;
    await this.sheet.draw(tiles);
    const entries = [{ name: "step", value: String(tiles.step) }];
    if (tiles.correct !== null && tiles.total) {
      entries.unshift({
        name: "right",
        value: percent(tiles.correct / tiles.total, tiles.total > 500 ? 2 : 0),
      });
    }
    this.panel.showLegend(entries);
    this.panel.tell(this.sheet.canvas.getAttribute("aria-label") ?? "");
  }

  /** The picture, as a data address; an SVG is a frame around it. */
  async picture(format) {
    const { canvas } = this.sheet;
    const png = canvas.toDataURL("image/png");
    if (format === "png") return png;
    const [width, height] = [canvas.width, canvas.height];
    const frame =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<image width="${width}" height="${height}" href="${png}"/></svg>`;
    return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(frame)}`;
  }

  remove() {
    this.sheet.remove();
  }
}
