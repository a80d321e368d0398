// Pictures of what a network has learned to see: filters, feature maps, inputs that excite a unit.

import { fill, h, say } from "./dom.js";
import { nameOf } from "./format.js";
import { Sheet } from "./sheet.js";
import { FEATURE_MAPS, FILTERS, STRONGEST, TRAINING_BATCH, beginning } from "./tags.js";

export class Pictures {
  constructor(data) {
    this.data = data;
    this.parts = new Map();
    this.element = h("section", { class: "pictures", "aria-label": "Pictures" });
  }

  static has(tags) {
    return beginning(tags.tiles, FILTERS, FEATURE_MAPS, STRONGEST).length > 0;
  }

  async update(at) {
    const wanted = beginning(this.data.tags.tiles, FILTERS, FEATURE_MAPS, STRONGEST);
    const found = await this.data.tiles([...wanted, TRAINING_BATCH], at);
    for (const tag of wanted.filter((one) => found[one])) {
      if (!this.parts.has(tag)) {
        const part = made(tag);
        this.parts.set(tag, part);
        this.element.append(part.element);
      }
      await this.parts.get(tag).draw(found[tag], found[TRAINING_BATCH]);
    }
  }

  stop() {
    for (const part of this.parts.values()) part.remove();
  }
}

function made(tag) {
  if (tag.startsWith(FILTERS))
    return new Plain(
      `Filters of ${nameOf(tag)}`,
      "Bright is a positive weight; each filter has its own scale.",
      "filters",
    );
  if (tag.startsWith(FEATURE_MAPS)) return new FeatureMaps(tag);
  return new Strongest(tag);
}

/** A sheet with a title and a line about it. */
class Plain {
  constructor(title, about, what) {
    this.frame = h("div", { class: "sheet-frame" });
    this.sheet = new Sheet(this.frame, { natural: true, what });
    this.step = h("small", {});
    this.choice = h("div", { class: "picture-choice" });
    this.element = h(
      "figure",
      { class: "panel picture" },
      h("figcaption", {}, h("h2", {}, title), this.step, h("small", {}, about)),
      this.choice,
      this.frame,
    );
  }

  async draw(tiles) {
    say(this.step, `step ${tiles.step}`);
    this.frame.style.aspectRatio = `${tiles.columns * tiles.width} / ${Math.ceil(tiles.count / tiles.columns) * tiles.height}`;
    await this.sheet.draw(tiles);
  }

  remove() {
    this.sheet.remove();
  }
}

/** The maps of one image of the batch, which the reader chooses. */
class FeatureMaps extends Plain {
  constructor(tag) {
    super(
      `Feature maps of ${nameOf(tag)}`,
      "Choose an image: its maps are shown, bright where they respond.",
      "feature maps",
    );
    this.chosen = 0;
  }

  async draw(tiles, batch) {
    const images = [...new Set(tiles.rows ?? [])];
    this.#offer(tiles, batch, images);
    const row = images[this.chosen] ?? images[0];
    await super.draw(part(tiles, (_, i) => !tiles.rows || tiles.rows[i] === row, `image ${row}`));
  }

  #offer(tiles, batch, images) {
    if (tiles === this.offered) return;
    this.offered = tiles;
    const again = (place) => {
      this.chosen = place;
      this.offered = null;
      this.draw(tiles, batch);
    };
    fill(
      this.choice,
      images.map((row, place) => {
        const sheet = h("span", { class: "thumb" });
        const shown = batch?.rows
          ? part(batch, (_, i) => batch.rows[i] === row, `thumb ${row}`)
          : null;
        if (shown?.count) new Sheet(sheet, {}).draw({ ...shown, labels: null });
        return h(
          "button",
          {
            type: "button",
            "aria-pressed": String(place === this.chosen),
            "aria-label": `Image ${row}`,
            on: { click: () => again(place) },
          },
          sheet,
          shown?.count ? null : `image ${row}`,
        );
      }),
    );
  }
}

/** The inputs that excite one unit most; the reader chooses the unit. */
class Strongest extends Plain {
  constructor(tag) {
    super(
      `Inputs that excite units of ${nameOf(tag)} most`,
      "Choose a unit; its strongest input comes first.",
      "inputs",
    );
    this.select = h("select", {
      "aria-label": "Unit",
      on: { change: () => this.draw(this.tiles) },
    });
    this.choice.append(h("label", { class: "choice" }, "unit ", this.select));
  }

  async draw(tiles) {
    this.tiles = tiles;
    const units = [...new Set(tiles.names ?? [])];
    if (units.join() !== this.units) {
      this.units = units.join();
      fill(
        this.select,
        units.map((unit) => h("option", { value: unit }, unit)),
      );
    }
    const unit = this.select.value;
    await super.draw(
      part(tiles, (_, i) => !tiles.names || tiles.names[i] === unit, `unit ${unit}`),
    );
  }
}

const parts = new WeakMap();

/** Some of the tiles as tiles of their own.  name: tells one part from another. */
function part(tiles, wanted, name) {
  if (!parts.has(tiles)) parts.set(tiles, new Map());
  const known = parts.get(tiles);
  if (!known.has(name)) {
    const places = Array.from({ length: tiles.count }, (_, i) => i).filter((i) => wanted(tiles, i));
    const of = (values) => (values ? places.map((i) => values[i]) : null);
    known.set(name, {
      ...tiles,
      whole: tiles,
      places,
      count: places.length,
      columns: Math.min(tiles.columns, places.length),
      labels: of(tiles.labels),
      predictions: of(tiles.predictions),
      certainties: of(tiles.certainties),
      names: of(tiles.names),
      rows: of(tiles.rows),
    });
  }
  return known.get(name);
}
