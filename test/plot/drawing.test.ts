import { JSDOM } from "jsdom";
import { describe, expect, test, vi } from "vitest";
import { clientRect } from "../../lib/plot/client-rect";
import { contrast } from "../../lib/plot/color";
import { dark, darkGround, leastContrast, onDark } from "../../lib/plot/dark";
import { drawing } from "../../lib/plot/drawing";
import { toSvg } from "../../lib/plot/export";
import type { Figure } from "../../lib/plot/figure";
import { imageGrid } from "../../lib/plot/image-grid";
import { palette } from "../../lib/plot/palette";
import { studyFigures } from "../../lib/plot/study-figures";
import { type Box, property } from "../../lib/plot/text-box";
import { loadStudy } from "../../lib/study/records";

// The first figure loads Plotly, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const places = ["quick", "methods", "stems"] as const;
const figures = (place: string, size = {}) => Object.entries(studyFigures(loadStudy(place), size));
const open = (svg: string) => new JSDOM(svg, { contentType: "image/svg+xml" }).window.document.documentElement;

/** Texts of a drawing, each with its size in pixels of the picture and its colour. */
function textsOf(svg: string) {
  const root = open(svg);
  const width = Number(root.getAttribute("width"));
  const own = Number(root.getAttribute("viewBox")?.split(" ")[2] ?? width);
  const said = (element: Element, name: string): string => {
    for (let at: Element | null = element; at; at = at.parentElement) if (property(at, name)) return property(at, name);
    return "";
  };
  return [...root.querySelectorAll("text, tspan")].flatMap((element) => {
    const characters = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.nodeValue);
    if (characters.join("").trim() === "") return [];
    const ground = element.closest(".shape-group")?.querySelector("path");
    return [
      {
        text: characters.join(""),
        size: (Number.parseFloat(said(element, "font-size")) * width) / own,
        color: hex(said(element, "fill")),
        ground: ground ? hex(property(ground, "fill")) : undefined,
      },
    ];
  });
}

/** How much of the smaller of two boxes the other covers. */
function overlap(a: Box, b: Box): number {
  const area = (box: Box) => Math.max(0, box.right - box.left) * Math.max(0, box.bottom - box.top);
  const both = {
    ...{ left: Math.max(a.left, b.left), right: Math.min(a.right, b.right) },
    ...{ top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom) },
  };
  return both.left < both.right && both.top < both.bottom ? area(both) / Math.min(area(a), area(b)) : 0;
}

const hex = (color: string): string => {
  const [r, g, b] = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(color)?.slice(1) ?? [];
  if (r === undefined) return color;
  return `#${[r, g, b].map((value) => Number(value).toString(16).padStart(2, "0")).join("")}`;
};

/** Widths of all lines, in pixels of the picture. */
const strokesOf = (svg: string): number[] => {
  const root = open(svg);
  const width = Number(root.getAttribute("width"));
  const zoom = width / Number(root.getAttribute("viewBox")?.split(" ")[2] ?? width);
  return [...root.querySelectorAll("path")].map((path) => zoom * Number.parseFloat(property(path, "stroke-width")));
};

describe("a larger font size", () => {
  test("enlarges every text, line and marker", async () => {
    const [width, height, zoom] = [1600, 1200, 2];
    for (const [name, figure] of figures("quick", { width: width / zoom, height: height / zoom })) {
      const usual = await toSvg(figure);
      const large = (await drawing(figure, { width, height, zoom })).svg();
      expect(large.slice(0, 300)).toMatch(/^<svg [^>]*width="1600" height="1200" viewBox="0 0 800 600"/);
      const [before, after] = [usual, large].map((svg) => textsOf(svg));
      expect(before.length, name).toBeGreaterThan(4);
      expect(after).toEqual(before.map((text) => ({ ...text, size: zoom * text.size })));
      expect(Math.min(...after.map(({ size }) => size))).toBeGreaterThanOrEqual(zoom * 12);
      expect(strokesOf(large)).toEqual(strokesOf(usual).map((stroke) => zoom * stroke));
      expect(large.includes("non-scaling-stroke")).toBe(false); // which a browser would leave as thin as it was
    }
  });
});

describe.each(places)("the figures of %s", (place) => {
  test.each([{}, { width: 1097, height: 617 }])(
    "have text that can be read, apart and on dark, size %j",
    async (size) => {
      for (const [name, figure] of figures(place, size)) {
        const svg = (await drawing(figure, { isDark: true })).svg();
        const root = open(svg);
        expect(hex(property(root.querySelector("rect")!, "fill"))).toBe(darkGround);
        for (const { text, color, ground = darkGround } of textsOf(svg)) {
          const where = `${name}: ${text} in ${color} on ${ground}`;
          expect(contrast(color, ground), where).toBeGreaterThanOrEqual(leastContrast);
        }
        const [width, height] = ["width", "height"].map((side) => Number(root.getAttribute(side)));
        expect({ width, height }).toMatchObject(size);
        const boxes = [...root.querySelectorAll("text")].map((text) => ({
          text: text.textContent,
          ...clientRect(text),
        }));
        const outside = boxes.filter((box) => box.left < 0 || box.top < 0 || box.right > width || box.bottom > height);
        expect(outside, name).toEqual([]);
        const covered = boxes.flatMap((a, i) =>
          boxes
            .slice(i + 1)
            .filter((b) => overlap(a, b) > 0.1)
            .map((b) => [a.text, b.text]),
        );
        expect(covered, name).toEqual([]);
      }
    },
  );
});

describe("dark colours", () => {
  test("are as many as the light ones, and all far from the ground", () => {
    const colors = palette.map(onDark);
    expect(new Set(colors).size).toBe(palette.length);
    for (const color of colors) expect(contrast(color, darkGround)).toBeGreaterThanOrEqual(leastContrast);
  });

  test("turn white to the ground and keep opacity; what is no colour stays", () => {
    expect([onDark("white"), onDark("#ffffff")]).toEqual([darkGround, darkGround]);
    expect(onDark("rgba(0, 114, 178, 0.35)")).toMatch(/^rgba\(\d+, \d+, \d+, 0\.35\)$/);
    expect(onDark("circle")).toBe("circle");
  });

  test("leave shapes with a label as they are, and the figure itself untouched", () => {
    const shape = { type: "rect", fillcolor: "#6c1d5f", label: { text: "81.2", font: { color: "#ffffff" } } };
    const figure = { data: [], layout: { paper_bgcolor: "white", shapes: [shape] } } as unknown as Figure;
    const before = JSON.stringify(figure);
    expect(dark(figure).layout).toEqual({ paper_bgcolor: darkGround, shapes: [shape] });
    expect(JSON.stringify(figure)).toBe(before);
  });
});

describe("as PDF", () => {
  const figure = () => studyFigures(loadStudy("stems"))["paired-differences"];

  test("is a PDF of one page of the drawing's size, with fonts and no date; the same bytes twice", async () => {
    const look = { width: 1600, height: 900, zoom: 1.5 };
    const pdf = await (await drawing(figure(), look)).pdf();
    const text = pdf.toString("latin1");
    expect(text).toMatch(/^%PDF-1\.\d/);
    expect(text).toMatch(/\/MediaBox \[0 0 1200 675\]/);
    expect(text.match(/\/Type \/Page\b[^s]/g)).toHaveLength(1);
    expect(text).toMatch(/\/FontFile2 /);
    expect(text).toContain("DejaVuSans");
    expect(text).not.toMatch(/\/Subtype \/Image|CreationDate|ModDate/);
    expect(text).toContain(
      "/Title (Differences of test accuracy on digits \\(1,257 images, 25 epochs\\), seed by seed)",
    );
    expect((await (await drawing(figure(), look)).pdf()).equals(pdf)).toBe(true);
  });

  test("names what it cannot hold", async () => {
    const { svgToPdf } = await import("../../lib/plot/pdf");
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image/></svg>';
    expect(() => svgToPdf(svg, { title: "", description: "" })).toThrow("cannot hold <image>");
  });
});

test("another title is drawn in the place of the figure's own, wrapped where it is long", async () => {
  const [[, figure]] = figures("stems");
  const title = "What one stem costs and another does not ".repeat(4).trim();
  const svg = (await drawing(figure, { title })).svg();
  expect(svg.includes("by binarized component and scale")).toBe(false);
  const words = textsOf(svg).filter(({ size }) => size === 19);
  expect(words[0].text).not.toBe(title);
  expect(words.map(({ text }) => text).join(" ")).toContain(title);
});

test("an SVG file says what it shows, to those who cannot see it", async () => {
  const [[, figure]] = figures("stems");
  const svg = (await drawing(figure, { title: "Stems & <b>scales</b>", width: 1800, height: 1200, zoom: 2 })).svg();
  const root = open(svg);
  expect(root.getAttribute("role")).toBe("img");
  const [title, description] = [...root.children];
  expect([title.nodeName, description.nodeName]).toEqual(["title", "desc"]);
  expect(title.textContent).toBe("Stems & <b>scales</b>");
  expect(description.textContent).toMatch(
    /^Stems & <b>scales<\/b>\. .*bars are 95% intervals.* vertical: test accuracy, %\.$/,
  );
});

test("an image is no negative on dark", () => {
  const image = imageGrid([{ title: "7", pixels: [[0, 1]] }]);
  expect(dark(image).data).toEqual(image.data);
  expect(dark(image).layout.paper_bgcolor).toBe(darkGround);
});
