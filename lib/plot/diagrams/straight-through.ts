import { palette } from "../palette";
import { Canvas, type DiagramLook, grey } from "./canvas";

/**
 * The straight-through idea: forward a sign, backward something with a slope.
 *
 * @param look - light or dark
 * @returns the text of an SVG file, 960 × 380 pixels
 */
export function straightThroughDiagram(look: DiagramLook = {}): string {
  const canvas = new Canvas(
    960,
    380,
    "Straight through a sign",
    "Forward, a weight becomes its sign, +1 or −1. The derivative of that is 0 everywhere, so that backward the gradient is " +
      "multiplied by another function's slope: 1 where the weight is within ±1, and 0 elsewhere.",
    look,
  );
  const [forward, backward] = [palette[0], palette[1]];
  plot(canvas, 170, "forward: sign(w)", forward, [
    [-1, -0.8],
    [0, -0.8],
    [0, 0.8],
    [1, 0.8],
  ]);
  plot(canvas, 790, "backward: a slope instead", backward, [
    [-1, 0],
    [-0.5, 0],
    [-0.5, 0.8],
    [0.5, 0.8],
    [0.5, 0],
    [1, 0],
  ]);
  // At the height of the plateaus: 0.8 of 80 above and below the axis at 194.
  canvas.text(170 - 8, 135, "+1", { anchor: "end", size: 13, color: grey.soft });
  canvas.text(170 + 12, 263, "−1", { anchor: "start", size: 13, color: grey.soft });
  canvas.text(790 - 62, 135, "1", { anchor: "end", size: 13, color: grey.soft });
  canvas.text(790 - 55, 216, "−1", { size: 13, color: grey.soft });
  canvas.text(790 + 55, 216, "+1", { size: 13, color: grey.soft });

  // The weight's way forward, and the gradient's way back.
  const box = (x: number, y: number, label: string, below: string) => {
    canvas.box(x - 62, y - 26, 124, 52, { fill: grey.fill });
    canvas.text(x, y - 4, label, { bold: true });
    canvas.text(x, y + 14, below, { size: 12, color: grey.soft });
  };
  box(390, 130, "w", "latent, a float");
  box(570, 130, "sign(w)", "one bit");
  canvas.arrow([452, 122, 508, 122], { color: forward });
  canvas.text(480, 112, "sign", { size: 13, color: forward });
  canvas.arrow([508, 140, 452, 140], { color: backward });
  canvas.text(480, 158, "× slope", { size: 13, color: backward });
  canvas.text(480, 218, "∂L/∂w = ∂L/∂sign(w) · slope(w)", { size: 17, color: backward });
  canvas.text(480, 252, "The true slope is 0: no weight would ever change.", { size: 14, color: grey.soft });
  canvas.text(480, 274, "The pretended one lets the latent weight move,", { size: 14, color: grey.soft });
  canvas.text(480, 292, "until it crosses 0 and its bit flips.", { size: 14, color: grey.soft });
  canvas.text(480, 356, "bits are what the network computes with; floats are what it learns with", {
    size: 16,
    bold: true,
  });
  return canvas.svg();
}

/** Axes around (x, 194) and a line in them; both coordinates of its points from −1 to 1. */
function plot(
  canvas: Canvas,
  x: number,
  title: string,
  color: string,
  points: readonly (readonly [x: number, y: number])[],
): void {
  const [y, half, up] = [194, 110, 80];
  canvas.text(x, 60, title, { bold: true, color });
  canvas.arrow([x - half, y, x + half + 10, y], { color: "#999999" });
  canvas.arrow([x, y + up + 10, x, y - up - 20], { color: "#999999" });
  canvas.text(x + half + 6, y + 20, "w", { size: 14, color: grey.soft });
  for (const [i, [px, py]] of points.slice(1).entries()) {
    const [qx, qy] = points[i];
    canvas.arrow([x + half * qx, y - up * qy, x + half * px, y - up * py], { color, head: false, width: 3.5 });
  }
}
