import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { contrast } from "../../lib/plot/color";
import { darkGround } from "../../lib/plot/dark";
import { diagrams } from "../../lib/plot/diagrams";
import { svgToPng } from "../../lib/plot/export";

const { DOMParser } = new JSDOM("").window;
const parse = (svg: string) => new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
const all = (root: Element, name: string) => [...root.getElementsByTagName(name)];

describe.each(Object.entries(diagrams))("the diagram %s", (_, draw) => {
  const root = parse(draw());
  const [width, height] = ["width", "height"].map((name) => Number(root.getAttribute(name)));

  test("is sound SVG with a title and a description", () => {
    expect(root.tagName).toBe("svg");
    for (const name of ["title", "desc"]) expect(all(root, name)[0].textContent!.length).toBeGreaterThan(10);
    expect(svgToPng(draw()).subarray(1, 4).toString()).toBe("PNG");
  });

  test("stays within its edges", () => {
    for (const box of all(root, "rect")) {
      const [x, y, w, h] = ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name) ?? 0));
      expect(x >= 0 && y >= 0 && x + w <= width && y + h <= height).toBe(true);
    }
    for (const text of all(root, "text")) {
      const [x, y] = ["x", "y"].map((name) => Number(text.getAttribute(name)));
      expect(x > 0 && x < width && y > 10 && y < height).toBe(true);
    }
  });

  test("can be read on its ground, light and dark", () => {
    for (const [isDark, ground] of [
      [false, "#ffffff"],
      [true, darkGround],
    ] as const) {
      const colors = all(parse(draw({ isDark })), "text").map((text) => text.getAttribute("fill")!);
      for (const color of new Set(colors))
        expect(contrast(color, ground), `${color} on ${ground}`).toBeGreaterThan(3.8);
    }
  });
});

test("the product of signs that is drawn in bits is right", () => {
  const text = all(parse(diagrams["bit-packing"]()), "text").map((one) => one.textContent!);
  const numbers = text.filter((one) => /^−?\d\.\d$/.test(one)).map((one) => Number(one.replace("−", "-")));
  const [x, w] = [numbers.slice(0, 8), numbers.slice(8)];
  expect(w).toHaveLength(8);
  const sum = x.reduce((all, value, i) => all + Math.sign(value) * Math.sign(w[i]), 0);
  const alpha = w.reduce((all, value) => all + Math.abs(value), 0) / 8;
  expect(text).toContain(`8 − 2 · ${(8 - sum) / 2} = ${sum}`);
  expect(text.join("\n")).toContain(`${sum} · α, with α = mean |W| = ${alpha.toFixed(3)}`);
});
