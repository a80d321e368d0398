// What all drawings on canvas begin with.

/** The context of a canvas with a pixel for each of the screen, cleared.  width, height: the size on the
 * page, in which all further numbers are given. */
export function sharpContext(canvas, width = canvas.clientWidth, height = canvas.clientHeight) {
  const sharp = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  const context = canvas.getContext("2d");
  context.scale(sharp, sharp);
  return context;
}

/** Draws a curve through points [x, y], with a gap where y is null. */
export function strokeCurve(context, points) {
  context.lineJoin = "round";
  context.beginPath();
  let drawing = false;
  for (const [x, y] of points) {
    if (y === null) drawing = false;
    else if (drawing) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      drawing = true;
    }
  }
  context.stroke();
}
