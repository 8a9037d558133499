import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { clientRect } from "../../lib/plot/client-rect";
import { pathLength, pointAtLength } from "../../lib/plot/path-length";
import { textBox, textWidth } from "../../lib/plot/text-box";

/** Advances in DejaVu Sans and its bold, 1/2048 of the font size: what the font's hmtx table says. */
const advances = { a: 1255, b: 1300, one: 1303, boldA: 1382 } as const;

const regular = { size: 16, bold: false, italic: false } as const;

function svg(markup: string): Element {
  const { document } = new JSDOM(`<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`).window;
  return document.querySelector("svg")!.firstElementChild!;
}

describe("textWidth", () => {
  test("is the sum of the glyphs' advances", () => {
    expect(textWidth("aab1", regular)).toBeCloseTo((16 * (2 * advances.a + advances.b + advances.one)) / 2048, 10);
  });

  test("follows weight and size", () => {
    expect(textWidth("a", { ...regular, size: 20, bold: true })).toBeCloseTo((20 * advances.boldA) / 2048, 10);
  });

  test("does not count zero-width spaces", () => {
    expect(textWidth("a\u200bb", regular)).toBe(textWidth("ab", regular));
  });
});

describe("textBox", () => {
  const width = textWidth("ab", regular);

  test("stands on the baseline, ascent above and descent below it", () => {
    const box = textBox(svg('<text x="10" y="50" style="font-size: 16px">ab</text>'))!;
    expect(box).toEqual({ left: 10, top: 50 - 15, right: 10 + width, bottom: 50 + 4 });
  });

  test.each([
    ["middle", width / 2],
    ["end", width],
  ])("is shifted by text-anchor %s", (anchor, shift) => {
    const box = textBox(svg(`<text x="10" y="0" text-anchor="${anchor}" style="font-size: 16px">ab</text>`))!;
    expect(box.left).toBeCloseTo(10 - shift, 10);
  });

  test("holds every line, the widest sets the width", () => {
    const lines = '<tspan x="0" y="20" dy="0em">a</tspan><tspan x="0" y="20" dy="1.3em">ab</tspan>';
    const box = textBox(svg(`<text style="font-size: 16px">${lines}</text>`))!;
    expect(box.right).toBeCloseTo(width, 10);
    expect(box.bottom - box.top).toBeCloseTo(1.3 * 16 + 19, 10);
  });

  test("measures a subscript in its own size", () => {
    const box = textBox(svg('<text style="font-size: 16px">a<tspan style="font-size: 70%">b</tspan></text>'))!;
    expect(box.right).toBeCloseTo((16 * (advances.a + 0.7 * advances.b)) / 2048, 10);
  });

  test("is undefined without characters", () => {
    expect(textBox(svg("<text></text>"))).toBeUndefined();
  });
});

describe("clientRect", () => {
  test("turns a rotated text", () => {
    const upright = textBox(svg('<text style="font-size: 16px">ab</text>'))!;
    const box = clientRect(svg('<text transform="rotate(-90)" style="font-size: 16px">ab</text>'));
    expect(box.bottom - box.top).toBeCloseTo(upright.right - upright.left, 10);
    expect(box.right - box.left).toBeCloseTo(upright.bottom - upright.top, 10);
  });

  test("of a group holds its moved texts", () => {
    const group = '<g transform="translate(100,10)"><text>a</text><text transform="translate(0,50)">a</text></g>';
    const box = clientRect(svg(group));
    expect(box.left).toBe(100);
    expect(box.bottom - box.top).toBeCloseTo(50 + 14, 10);
  });

  test("of anything else is its origin", () => {
    expect(clientRect(svg('<path transform="translate(3,4)" d="M0,0H1"/>'))).toEqual({
      left: 3,
      top: 4,
      right: 3,
      bottom: 4,
    });
  });
});

test("paths of straight lines have a length and points along it", () => {
  expect(pathLength("M0,0L3,4L3,10")).toBe(11);
  expect(pointAtLength("M0,0L3,4L3,10", 2.5)).toEqual({ x: 1.5, y: 2 });
  expect(pointAtLength("M0,0L3,4L3,10", 99)).toEqual({ x: 3, y: 10 });
});
