import { palette, transparent } from "../palette";
import { Canvas, type DiagramLook, grey } from "./canvas";

const cell = 58;
const left = 150;
const x = [0.7, -1.2, 0.1, -0.4, 2.3, -0.9, -0.2, 1.5];
const w = [0.3, -0.8, -0.6, -0.1, 0.5, 0.9, -0.7, -0.3];

/**
 * From floats to bits, and a product of signs without multiplication.
 *
 * @param look - light or dark
 * @returns the text of an SVG file, 960 × 470 pixels
 */
export function bitPackingDiagram(look: DiagramLook = {}): string {
  const bits = [x, w].map((values) => values.map((value) => (value < 0 ? 1 : 0)));
  const differ = bits[0].map((bit, i) => bit ^ bits[1][i]);
  const ones = differ.reduce((sum, bit) => sum + bit, 0);
  const dot = x.reduce((sum, value, i) => sum + Math.sign(value) * Math.sign(w[i]), 0);
  const canvas = new Canvas(
    960,
    470,
    "A product of signs, in bits",
    `Eight inputs and eight weights become bits, 1 where they are negative. XOR marks the ${ones} places where the signs ` +
      `differ; eight minus twice as many is the sum of the products of the signs, ${dot}.`,
    look,
  );
  const row = (
    y: number,
    label: string,
    values: readonly string[],
    look: (i: number) => { fill?: string; stroke?: string },
  ) => {
    canvas.text(left - 16, y + 25, label, { anchor: "end", bold: true });
    for (const [i, value] of values.entries()) {
      canvas.box(left + cell * i, y, cell - 6, 36, { radius: 4, ...look(i) });
      canvas.text(left + cell * i + (cell - 6) / 2, y + 24, value, { mono: true, size: 16 });
    }
  };
  const signed = (value: number) => `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(1)}`;
  const blue = { fill: transparent(palette[0], 0.18), stroke: palette[0] };
  const isNegative = (values: readonly number[]) => (i: number) => (values[i] < 0 ? blue : {});
  row(34, "inputs x", x.map(signed), () => ({}));
  row(78, "bits of x", bits[0].map(String), isNegative(x));
  row(146, "weights W", w.map(signed), () => ({}));
  row(190, "bits of W", bits[1].map(String), isNegative(w));
  row(262, "XOR", differ.map(String), (i) =>
    differ[i] ? { fill: transparent(palette[1], 0.18), stroke: palette[1] } : {},
  );
  canvas.arrow([left + 4 * cell - 3, 228, left + 4 * cell - 3, 258]);

  const right = left + cell * 8 + 24;
  const note = (y: number, words: string, color: string = grey.soft) =>
    canvas.text(right, y, words, { anchor: "start", size: 14, color });
  note(59, "8 floats: 256 bits");
  note(102, "8 bits: 1 where negative", palette[0]);
  note(171, "the same for a column of W");
  note(214, "packed once, after training", palette[0]);
  note(286, "1 where the signs differ", palette[1]);

  canvas.text(left - 16, 346, "popcount", { anchor: "end", bold: true });
  canvas.text(left, 346, `${ones} ones, so ${ones} of the 8 products are −1 and ${8 - ones} are +1`, {
    anchor: "start",
  });
  canvas.text(left - 16, 382, "sum", { anchor: "end", bold: true });
  canvas.text(left, 382, `8 − 2 · ${ones} = ${dot}`, { anchor: "start", mono: true, size: 17 });
  canvas.text(left - 16, 418, "scale", { anchor: "end", bold: true });
  canvas.text(
    left,
    418,
    `${dot} · α, with α = mean |W| = ${(w.reduce((sum, value) => sum + Math.abs(value), 0) / 8).toFixed(3)}`,
    {
      anchor: "start",
      mono: true,
      size: 17,
    },
  );
  canvas.text(480, 456, "a register of 128 or 256 bits holds as many signs at once", { size: 14, color: grey.soft });
  return canvas.svg();
}
