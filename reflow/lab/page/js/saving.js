// Files for the reader: as a download, and beside the run where a lab can write there.

import { colour } from "./palette.js";

/** Gives a file to the browser, and to the lab; the path that the lab wrote, or null. */
export async function save(source, id, name, blob) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  return (await source.save(id, name, blob))?.path ?? null;
}

/** A data address as a file's contents. */
export function blobOf(address) {
  const comma = address.indexOf(",");
  const [head, data] = [address.slice(0, comma), address.slice(comma + 1)];
  const type = head.slice(5).split(";")[0];
  if (!head.endsWith(";base64")) return new Blob([decodeURIComponent(data)], { type });
  return new Blob([Uint8Array.from(atob(data), (character) => character.charCodeAt(0))], { type });
}

/** Rows as CSV. */
export function csvBlob(rows) {
  const cell = (value) => {
    const text = value === null ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return new Blob([rows.map((row) => `${row.map(cell).join(",")}\n`).join("")], {
    type: "text/csv",
  });
}

/** The shown graphs as one picture, where they are on the page. */
export async function together(graphs, container) {
  const frame = container.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = frame.width * 2;
  canvas.height = frame.height * 2;
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.fillStyle = colour("surface");
  context.fillRect(0, 0, frame.width, frame.height);
  const family = getComputedStyle(document.body).fontFamily;
  for (const graph of graphs) {
    const [panel, body] = [graph.element, graph.panel.body].map((element) =>
      element.getBoundingClientRect(),
    );
    const picture = await loaded(await graph.picture("png"));
    context.drawImage(picture, body.x - frame.x, body.y - frame.y, body.width, body.height);
    context.fillStyle = colour("ink");
    context.font = `600 15px ${family}`;
    context.fillText(graph.spec.title, panel.x - frame.x + 12, panel.y - frame.y + 24);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function loaded(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("a picture could not be drawn"));
    image.src = address;
  });
}

/** A name that every system takes. */
export function fileName(...parts) {
  return (
    parts
      .join("-")
      .replace(/[^A-Za-z0-9._-]+/g, "_")
      .replace(/^[._-]+/, "")
      .slice(0, 100) || "graph"
  );
}
