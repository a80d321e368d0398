// Tiles as pixels: the recorded picture in the colours of the theme.

import { channels, colour } from "./palette.js";

const decoded = new WeakMap();

/** Decodes the PNG of tiles once. */
function bitmap(tiles) {
  if (!decoded.has(tiles)) {
    const bytes = Uint8Array.from(atob(tiles.png), (character) => character.charCodeAt(0));
    decoded.set(tiles, createImageBitmap(new Blob([bytes], { type: "image/png" })));
  }
  return decoded.get(tiles);
}

/** Whether the answer given for a tile is known to be wrong. */
export function isWrong(tiles, tile) {
  return Boolean(
    tiles.labels && tiles.predictions && tiles.labels[tile] !== tiles.predictions[tile],
  );
}

/**
 * A canvas of the recorded size, one pixel for each.  Grey pictures are drawn as ink on the theme's paper, on red
 * where the answer is wrong; coloured ones stay as they are.
 * natural: grey ones stay as they are, too: filters and feature maps, where white is most.
 */
export async function painted(tiles, natural = false) {
  const canvas = document.createElement("canvas");
  canvas.width = tiles.columns * tiles.width;
  canvas.height = Math.ceil(tiles.count / Math.max(tiles.columns, 1)) * tiles.height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!tiles.count) return canvas;
  await place(context, tiles);
  if (natural) return canvas;
  if (isGrey(tiles.whole ?? tiles)) {
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    recolour(image, tiles);
    context.putImageData(image, 0, 0);
  }
  return canvas;
}

/** Puts the tiles where they belong: all of a recorded picture, or those `places` of `whole`. */
async function place(context, tiles) {
  const { whole = tiles, width, height, columns } = tiles;
  const picture = await bitmap(whole);
  if (!tiles.places) {
    context.drawImage(picture, 0, 0);
    return;
  }
  tiles.places.forEach((from, to) => {
    const [left, top] = [(from % whole.columns) * width, Math.floor(from / whole.columns) * height];
    const [x, y] = [(to % columns) * width, Math.floor(to / columns) * height];
    context.drawImage(picture, left, top, width, height, x, y, width, height);
  });
}

/** Whether the picture was recorded without colours: its PNG's colour type, in byte 25, is 0. */
function isGrey(tiles) {
  return atob(tiles.png.slice(0, 36)).charCodeAt(25) === 0;
}

function recolour(image, tiles) {
  const ramps = [ramp("paper", "digit-ink"), ramp("wrong-paper", "wrong-ink")];
  const { data, width, height } = image;
  for (let y = 0; y < height; y += 1) {
    const line = Math.floor(y / tiles.height) * tiles.columns;
    for (let x = 0; x < width; x += 1) {
      const tile = line + Math.floor(x / tiles.width);
      const i = 4 * (y * width + x);
      if (tile >= tiles.count) {
        data[i + 3] = 0;
        continue;
      }
      const colours = ramps[isWrong(tiles, tile) ? 1 : 0];
      const at = 3 * data[i];
      data[i] = colours[at];
      data[i + 1] = colours[at + 1];
      data[i + 2] = colours[at + 2];
    }
  }
}

/** 256 colours from one to the other. */
function ramp(from, to) {
  const [start, end] = [channels(colour(from)), channels(colour(to))];
  const colours = new Uint8ClampedArray(768);
  for (let i = 0; i < 768; i += 1) {
    const part = Math.floor(i / 3) / 255;
    colours[i] = start[i % 3] + (end[i % 3] - start[i % 3]) * part;
  }
  return colours;
}
