// A sheet of tiles on a canvas: digits with the right and the given answer, filters, feature maps.

import { percent, short } from "./format.js";
import { sharpContext } from "./canvas.js";
import { onLook } from "./preferences.js";
import { colour, size } from "./palette.js";
import { isWrong, painted } from "./pixels.js";
import { h } from "./dom.js";

// Below so many pixels a tile is too small for its answers to be read.
const READABLE = 20;

export class Sheet {
  /** options: scale (draw what percent remains at the side), natural (colours as recorded),
   * classes (names of classes), chosen (called with the number of a tile that is clicked). */
  constructor(element, options = {}) {
    this.options = options;
    this.canvas = h("canvas", { role: "img", class: "sheet" });
    this.tip = h("div", { class: "sheet-tip", hidden: true });
    this.element = element;
    element.append(this.canvas, this.tip);
    this.tiles = null;
    this.picture = null;
    this.sized = new ResizeObserver(() => this.#paint());
    this.sized.observe(element);
    this.looks = onLook(() => this.tiles && this.draw(this.tiles, true));
    this.canvas.addEventListener("pointermove", (event) => this.#point(event));
    this.canvas.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.canvas.addEventListener("click", (event) => {
      const tile = this.#tileAt(event);
      if (tile !== null) options.chosen?.(tile);
    });
  }

  async draw(tiles, again = false) {
    if (tiles === this.tiles && !again) return;
    this.tiles = tiles;
    const picture = await painted(tiles, this.options.natural);
    if (tiles !== this.tiles) return;
    this.picture = picture;
    this.canvas.setAttribute("aria-label", told(tiles, this.options));
    this.#paint();
  }

  remove() {
    this.sized.disconnect();
    this.looks();
  }

  /** Where the tiles are on the canvas, in CSS pixels. */
  #place() {
    const { tiles, element } = this;
    const side = this.options.scale ? size("chart-text") * 3.6 : 0;
    const lines = Math.ceil(tiles.count / tiles.columns);
    const room = { width: element.clientWidth - side, height: element.clientHeight };
    const across = tiles.columns * tiles.width;
    const down = lines * tiles.height;
    const factor = Math.max(0, Math.min(room.width / across, (room.height || Infinity) / down));
    const [width, height] = [across * factor, down * factor];
    return { left: side + (room.width - width) / 2, top: 0, width, height, factor, lines, side };
  }

  #paint() {
    const { tiles, picture, canvas, element } = this;
    if (!picture || !element.clientWidth) return;
    const place = this.#place();
    const [width, height] = [element.clientWidth, element.clientHeight || place.height];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = sharpContext(canvas, width, height);
    context.imageSmoothingEnabled = place.factor * context.getTransform().a < 1;
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, place.left, place.top, place.width, place.height);
    if (this.options.natural) this.#part(context, place);
    if (tiles.labels && tiles.width * place.factor >= READABLE) this.#answers(context, place);
    if (this.options.scale && tiles.total) this.#scale(context, place);
  }

  /** Lines between tiles that would run into each other. */
  #part(context, place) {
    const [width, height] = [this.tiles.width * place.factor, this.tiles.height * place.factor];
    context.fillStyle = colour("surface");
    for (let column = 1; column < this.tiles.columns; column += 1) {
      context.fillRect(place.left + column * width - 2, place.top, 4, place.height);
    }
    for (let line = 1; line < place.lines; line += 1) {
      context.fillRect(place.left, place.top + line * height - 2, place.width, 4);
    }
  }

  /** On the wrong ones: what is right at the left, what was given at the right. */
  #answers(context, place) {
    const { tiles } = this;
    const [width, height] = [tiles.width * place.factor, tiles.height * place.factor];
    context.font = `700 ${Math.max(9, Math.min(width * 0.36, 22))}px ${fontOf(this.element)}`;
    context.textBaseline = "bottom";
    for (let tile = 0; tile < tiles.count; tile += 1) {
      if (!isWrong(tiles, tile)) continue;
      const left = place.left + (tile % tiles.columns) * width;
      const bottom = place.top + (Math.floor(tile / tiles.columns) + 1) * height;
      const pad = width * 0.05;
      outlined(
        context,
        this.#className(tiles.labels[tile]),
        left + pad,
        bottom,
        "left",
        "right-answer",
      );
      outlined(
        context,
        this.#className(tiles.predictions[tile]),
        left + width - pad,
        bottom,
        "right",
        "wrong-answer",
      );
    }
  }

  /** What percent of all examples lies below a line of the sheet; how far the wrong ones reach. */
  #scale(context, place) {
    const { tiles } = this;
    const shown = tiles.count / tiles.total;
    const text = size("chart-text");
    context.font = `${text}px ${fontOf(this.element)}`;
    context.textAlign = "right";
    context.fillStyle = colour("muted");
    context.strokeStyle = colour("line");
    const x = place.left - 8;
    const marks = 5;
    for (let mark = 0; mark <= marks; mark += 1) {
      const y = place.top + (place.height * mark) / marks;
      const remains = 100 * (1 - (shown * mark) / marks);
      context.textBaseline = mark === 0 ? "top" : mark === marks ? "bottom" : "middle";
      context.fillText(`${Number(remains.toFixed(1))}%`, x, y);
      context.beginPath();
      context.moveTo(x + 3, y);
      context.lineTo(x + 7, y);
      context.stroke();
    }
    const wrong = (tiles.total - tiles.correct) / tiles.total / shown;
    if (wrong > 1) return;
    const y = place.top + place.height * wrong;
    context.fillStyle = colour("test");
    context.beginPath();
    context.moveTo(place.left - 1, y);
    context.lineTo(place.left - 9, y - 5);
    context.lineTo(place.left - 9, y + 5);
    context.fill();
  }

  #tileAt(event) {
    if (!this.picture) return null;
    const place = this.#place();
    const column = Math.floor((event.offsetX - place.left) / (this.tiles.width * place.factor));
    const line = Math.floor((event.offsetY - place.top) / (this.tiles.height * place.factor));
    const tile = line * this.tiles.columns + column;
    const inside = column >= 0 && column < this.tiles.columns && line >= 0;
    return inside && tile < this.tiles.count ? tile : null;
  }

  #point(event) {
    const tile = this.#tileAt(event);
    this.tip.hidden = tile === null;
    if (tile === null) return;
    this.tip.textContent = described(this.tiles, tile, (name) => this.#className(name));
    const right = event.offsetX > this.element.clientWidth / 2;
    this.tip.style.left = right ? "auto" : `${event.offsetX + 14}px`;
    this.tip.style.right = right ? `${this.element.clientWidth - event.offsetX + 10}px` : "auto";
    this.tip.style.top = `${event.offsetY + 14}px`;
  }

  #className(number) {
    return String(this.options.classes?.[number] ?? number);
  }
}

/** A line about one tile. */
function described(tiles, tile, className) {
  const said = [];
  if (tiles.names?.[tile] !== undefined) said.push(tiles.names[tile]);
  if (tiles.labels) said.push(`right: ${className(tiles.labels[tile])}`);
  if (tiles.predictions) said.push(`given: ${className(tiles.predictions[tile])}`);
  if (tiles.certainties) {
    const value = tiles.certainties[tile];
    said.push(tiles.predictions ? `(${percent(value, 0)})` : short(value));
  }
  if (tiles.rows) said.push(`example ${tiles.rows[tile]}`);
  return said.join("  ");
}

/** A sentence about all of them, for who cannot see them. */
function told(tiles, options) {
  if (tiles.total && tiles.correct !== null && tiles.labels && tiles.predictions) {
    const wrong = [];
    for (let tile = 0; tile < tiles.count && wrong.length < 12; tile += 1) {
      if (isWrong(tiles, tile))
        wrong.push(`${tiles.labels[tile]} taken for ${tiles.predictions[tile]}`);
    }
    const which = wrong.length ? `, among them ${wrong.join(", ")}` : "";
    return `${tiles.total} examples at step ${tiles.step}, ${tiles.total - tiles.correct} misrecognised${which}`;
  }
  return `${tiles.count} ${options.what ?? "pictures"} of ${tiles.height} by ${tiles.width} at step ${tiles.step}`;
}

function outlined(context, text, x, y, align, role) {
  context.textAlign = align;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = colour("wrong-paper");
  context.strokeText(text, x, y);
  context.fillStyle = colour(role);
  context.fillText(text, x, y);
}

function fontOf(element) {
  return getComputedStyle(element).fontFamily;
}
