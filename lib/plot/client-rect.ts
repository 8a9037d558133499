import { type Box, textBox, union } from "./text-box";

/** A 2-D affine map: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const identity: Matrix = [1, 0, 0, 1, 0, 0];

/**
 * What `getBoundingClientRect` of a browser would say of an element of a Plotly drawing.
 *
 * Plotly measures text alone: a `<text>`, or a group whose extent is that of the texts in it. Anything else counts as
 * a point at its origin, which is also right for the reference point that Plotly subtracts.
 *
 * @param element - an SVG element, or the `<div>` that holds the drawing
 * @returns its box in pixels, in the coordinates of the outermost SVG
 */
export function clientRect(element: Element): Box {
  const box = union(textBoxes(element).map(({ box, matrix }) => transformBox(box, matrix)));
  if (box) return box;
  const [, , , , x, y] = matrixOf(element);
  return { left: x, top: y, right: x, bottom: y };
}

function textBoxes(element: Element): { box: Box; matrix: Matrix }[] {
  const texts = element.tagName === "text" ? [element] : [...element.querySelectorAll("text")];
  return texts.flatMap((text) => {
    const box = textBox(text);
    return box ? [{ box, matrix: matrixOf(text) }] : [];
  });
}

/** @returns the map from the element's own coordinates to those of the outermost SVG */
function matrixOf(element: Element): Matrix {
  let matrix = identity;
  for (let at: Element | null = element; at; at = at.parentElement) {
    matrix = multiply(parseTransform(at.getAttribute("transform") ?? ""), matrix);
  }
  return matrix;
}

/** @returns the map that an SVG `transform` stands for */
export function parseTransform(transform: string): Matrix {
  let matrix = identity;
  for (const [, name, list] of transform.matchAll(/(\w+)\s*\(([^)]*)\)/g)) {
    matrix = multiply(
      matrix,
      primitive(
        name,
        list
          .trim()
          .split(/[\s,]+/)
          .map(Number),
      ),
    );
  }
  return matrix;
}

function primitive(name: string, [p = 0, q, r, ...rest]: number[]): Matrix {
  if (name === "translate") return [1, 0, 0, 1, p, q ?? 0];
  if (name === "scale") return [p, 0, 0, q ?? p, 0, 0];
  if (name === "matrix") return [p, q, r, rest[0], rest[1], rest[2]];
  if (name !== "rotate") return identity;
  const angle = (p * Math.PI) / 180;
  const turn: Matrix = [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0];
  const [x, y] = [q ?? 0, r ?? 0];
  return multiply(multiply([1, 0, 0, 1, x, y], turn), [1, 0, 0, 1, -x, -y]);
}

function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}

function transformBox(box: Box, [a, b, c, d, e, f]: Matrix): Box {
  const corners = [
    [box.left, box.top],
    [box.right, box.top],
    [box.left, box.bottom],
    [box.right, box.bottom],
  ].map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
