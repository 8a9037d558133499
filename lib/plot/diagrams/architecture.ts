import { palette, transparent } from "../palette";
import { Canvas, type DiagramLook, grey } from "./canvas";

/** What may stand in a box: weights that can be one bit, a product of activations that can, or what stays float. */
type Kind = "weights" | "product" | "float";

const looks: Readonly<Record<Kind, { readonly fill: string; readonly stroke: string }>> = {
  weights: { fill: transparent(palette[0], 0.15), stroke: palette[0] },
  product: { fill: transparent(palette[1], 0.18), stroke: palette[1] },
  float: { fill: grey.fill, stroke: grey.line },
};

/**
 * A vision transformer and what of it is binarized: patch embedding, one block, head.
 *
 * @param look - light or dark
 * @returns the text of an SVG file, 960 × 584 pixels
 */
export function architectureDiagram(look: DiagramLook = {}): string {
  const canvas = new Canvas(
    960,
    584,
    "A vision transformer, and what of it is binarized",
    "An image is cut into patches; a patch embedding makes tokens of them. Each of L blocks adds multi-head " +
      "self-attention, with the layers qkv and projection and the products QKᵀ and AV, and an MLP, with the layers fc1 " +
      "and fc2. A head reads the class token. Blue boxes can have weights and inputs of one bit, orange ones operands of one bit.",
    look,
  );
  const box = (kind: Kind, x: number, y: number, width: number, label: string, below?: string) => {
    canvas.box(x, y, width, 44, looks[kind]);
    canvas.text(x + width / 2, y + (below ? 20 : 27), label, { bold: kind !== "float" });
    if (below) canvas.text(x + width / 2, y + 36, below, { size: 12, color: grey.soft });
  };

  // From pixels to tokens, down the left side.
  canvas.text(95, 34, "image", { color: grey.soft });
  for (let i = 0; i < 16; i++) {
    const [column, row] = [i % 4, Math.floor(i / 4)];
    canvas.box(51 + 22 * column, 46 + 22 * row, 22, 22, { radius: 0, stroke: grey.line, fill: shades[i] });
  }
  canvas.arrow([95, 138, 95, 168]);
  box("weights", 10, 170, 170, "patch embedding", "conv: P² C → D");
  canvas.arrow([95, 214, 95, 248]);
  box("float", 20, 250, 150, "+ class token", "+ position");
  canvas.arrow([95, 294, 95, 320, 200, 320, 200, 280, 216, 280]);
  canvas.text(150, 340, "N tokens", { size: 13, color: grey.soft });
  canvas.text(150, 357, "of width D", { size: 13, color: grey.soft });

  // One block: two rows, each with a residual around it.
  canvas.box(218, 30, 590, 440, { dashed: true, radius: 12 });
  canvas.text(796, 54, "block, L times", { anchor: "end", color: grey.soft });
  const attention = 96;
  canvas.text(236, attention - 38, "MHSA", { anchor: "start", bold: true, size: 17 });
  box("float", 236, attention + 40, 68, "norm");
  box("weights", 322, attention + 40, 84, "qkv", "D → 3D");
  box("product", 424, attention, 76, "QKᵀ", "N × N");
  box("float", 518, attention, 84, "softmax");
  box("product", 518, attention + 80, 84, "AV");
  box("weights", 640, attention + 40, 104, "projection", "D → D");
  const middle = attention + 62;
  canvas.arrow([304, middle, 322, middle]);
  canvas.arrow([406, middle - 8, 415, middle - 8, 415, attention + 22, 424, attention + 22]);
  canvas.arrow([500, attention + 22, 518, attention + 22]);
  canvas.arrow([560, attention + 44, 560, attention + 80]);
  canvas.text(568, attention + 67, "A", { anchor: "start", size: 13, color: grey.soft });
  canvas.arrow([406, middle + 8, 415, middle + 8, 415, attention + 102, 518, attention + 102]);
  canvas.text(410, attention + 14, "Q, K", { anchor: "end", size: 13, color: grey.soft });
  canvas.text(466, attention + 96, "V", { size: 13, color: grey.soft });
  canvas.arrow([602, attention + 102, 621, attention + 102, 621, middle, 640, middle]);

  const mlp = 360;
  canvas.text(236, mlp - 18, "MLP", { anchor: "start", bold: true, size: 17 });
  box("float", 236, mlp, 68, "norm");
  box("weights", 352, mlp, 92, "fc1", "D → M");
  box("float", 492, mlp, 84, "GELU");
  box("weights", 624, mlp, 92, "fc2", "M → D");
  for (const [from, to] of [
    [304, 352],
    [444, 492],
    [576, 624],
  ])
    canvas.arrow([from, mlp + 22, to, mlp + 22]);

  // Residuals.
  const add = (x: number, y: number) => {
    canvas.circle(x, y, 12);
    canvas.text(x, y + 6, "+", { size: 18 });
  };
  canvas.arrow([218, 280, 226, 280, 226, middle, 236, middle]);
  canvas.arrow([226, middle, 226, 76, 776, 76, 776, middle - 12], { dashed: true });
  canvas.text(500, 70, "residual", { size: 13, color: grey.soft });
  canvas.arrow([744, middle, 764, middle]);
  add(776, middle);
  canvas.arrow([776, middle + 12, 776, 300, 226, 300, 226, mlp + 22, 236, mlp + 22]);
  canvas.arrow([776, 300, 776, mlp + 10], { dashed: true });
  canvas.arrow([716, mlp + 22, 764, mlp + 22]);
  add(776, mlp + 22);
  canvas.arrow([776, mlp + 34, 776, 440, 882, 440, 882, 392]);

  // From tokens to logits.
  box("float", 824, 346, 116, "norm", "class token");
  canvas.arrow([882, 346, 882, 300]);
  box("float", 824, 254, 116, "head", "D → classes");
  canvas.arrow([882, 254, 882, 218]);
  canvas.text(882, 208, "logits");

  // What the colours say.
  const legend: readonly (readonly [Kind, string])[] = [
    ["weights", "weights and inputs can be one bit: bits(x) · sign(W) · α · β"],
    ["product", "both operands are activations, and can be one bit"],
    ["float", "stays in floating point"],
  ];
  for (const [i, [kind, words]] of legend.entries()) {
    canvas.box(236, 486 + 24 * i, 26, 16, { ...looks[kind], radius: 3 });
    canvas.text(272, 499 + 24 * i, words, { anchor: "start", size: 14 });
  }
  const letters =
    "P patch size, C channels, N tokens, D width, M hidden width, A attention probabilities; α, β scales of W, x";
  canvas.text(236, 571, letters, { anchor: "start", size: 13, color: grey.soft });
  return canvas.svg();
}

/** Something like a digit in four by four greys. */
const shades = [250, 120, 110, 245, 240, 225, 90, 235, 245, 100, 215, 250, 130, 105, 115, 205].map((level) => {
  const hex = level.toString(16).padStart(2, "0");
  return `#${hex}${hex}${hex}`;
});
