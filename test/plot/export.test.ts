import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { accuracyByComponent } from "../../lib/plot/accuracy-by-component";
import { toPng, toSvg } from "../../lib/plot/export";
import { imageGrid } from "../../lib/plot/image-grid";
import { lines } from "../../lib/plot/lines";
import { resized } from "../../lib/plot/theme";
import { sampleAccuracy } from "./samples";

// The first figure loads Plotly, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const rows = [
  sampleAccuracy("float", "none", 0.962),
  sampleAccuracy("mlp", "unscaled", 0.532),
  sampleAccuracy("mlp+mhsa", "channel", 0.898),
];
const heading = { title: "Accuracy by component", caption: "The gap between the scales is what to see. ".repeat(4) };
const figure = accuracyByComponent(rows, heading);
const other = lines([{ name: "a line", x: [1, 2, 3], y: [1, 4, 9] }], { x: "step", y: "error" });

describe("toSvg", () => {
  test("draws every label", async () => {
    const svg = await toSvg(figure);
    for (const label of [heading.title, "mlp+mhsa", "unscaled", "89.8", "96.2", "test accuracy, %"]) {
      expect(svg).toContain(`>${label}<`);
    }
    expect(svg).toContain("DejaVu Sans");
  });

  test("refers to its clip paths without quotes, which only browsers understand", async () => {
    const svg = await toSvg(figure);
    const used = [...svg.matchAll(/url\(([^)]*)\)/g)].map(([, target]) => target);
    expect(used).not.toEqual([]);
    for (const target of used) expect(svg).toContain(`id="${target.replace("#", "")}"`);
  });

  test("makes the same bytes whatever was drawn before, and does not write to the figure", async () => {
    const before = JSON.stringify(figure);
    const first = await toSvg(figure);
    await toSvg(other);
    const [again, between] = await Promise.all([toSvg(figure), toSvg(other)]);
    expect(again).toBe(first);
    expect(between).toBe(await toSvg(other));
    expect(JSON.stringify(figure)).toBe(before);
  });

  test("keeps its document and its random numbers to itself", async () => {
    const globals = Object.keys(globalThis).sort();
    const random = Math.random;
    await toSvg(other);
    expect(Object.keys(globalThis).sort()).toEqual(globals);
    expect(Math.random).toBe(random);
    expect("document" in globalThis).toBe(false);
  });

  test("takes another size, the caption wrapped anew", async () => {
    const svg = await toSvg(figure, { width: 500, height: 400 });
    expect(svg).toMatch(/^<svg [^>]*width="500" height="400"/);
    expect(resized(figure, {})).toEqual(figure);
    const linesOf = (svg: string) => svg.match(/<tspan class="line"/g)!.length;
    expect(linesOf(svg)).toBeGreaterThan(linesOf(await toSvg(figure)));
  });

  test("says in one line what Plotly could not draw", async () => {
    const broken = { data: [null as unknown as object], layout: {} };
    await expect(toSvg(broken)).rejects.toThrow(/^Plotly could not draw the figure: .{1,200}$/);
    await expect(toSvg(other)).resolves.toContain("<svg");
  });
});

describe("toPng", () => {
  test("has the asked-for size and the text's dark pixels", async () => {
    const image = await loadImage(await toPng(figure, { width: 450, height: 300, scale: 2 }));
    expect([image.width, image.height]).toEqual([900, 600]);
    const context = createCanvas(900, 600).getContext("2d");
    context.drawImage(image, 0, 0);
    const title = context.getImageData(40, 20, 300, 50).data;
    expect(title.filter((value, i) => i % 4 === 0 && value < 100).length).toBeGreaterThan(200);
  });

  test("keeps the squares of an image sharp, the first row on top", async () => {
    const image = await loadImage(
      await toPng(
        imageGrid([
          {
            title: "",
            pixels: [
              [1, 0],
              [0, 0],
            ],
          },
        ]),
        { scale: 1 },
      ),
    );
    const context = createCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const data = context.getImageData(0, 0, image.width, image.height).data;
    const grey = (x: number, y: number) => data[4 * (Math.round(y) * image.width + Math.round(x))];
    const [left, top, side] = [(image.width - 200) / 2, 42, 200];
    expect(grey(left + 0.25 * side, top + 0.25 * side)).toBe(255);
    expect(grey(left + 0.45 * side, top + 0.45 * side)).toBe(255);
    expect(grey(left + 0.55 * side, top + 0.45 * side)).toBe(0);
    expect(grey(left + 0.45 * side, top + 0.55 * side)).toBe(0);
  });
});

describe("in another process", () => {
  const root = path.resolve(__dirname, "../..");
  const folder = mkdtempSync(path.join(root, "test", ".export-"));
  beforeAll(() => {
    const bundle = { bundle: true, platform: "node", packages: "external", format: "cjs" } as const;
    buildSync({ ...bundle, entryPoints: [path.join(root, "lib/plot/export.ts")], outdir: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("the same figure has the same bytes, and the process ends by itself", async () => {
    const program = `
      const { svgToPng, toSvg } = require(${JSON.stringify(path.join(folder, "export.js"))});
      const figure = ${JSON.stringify(figure)};
      (async () => {
        const hash = require("node:crypto").createHash("sha256");
        const svg = await toSvg(figure);
        hash.update(svg).update(svgToPng(svg, { scale: 1 }));
        console.log(hash.digest("hex"));
      })();`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], { timeout: 60_000 });
    const svg = await toSvg(figure);
    const here = createHash("sha256")
      .update(svg)
      .update(await toPng(figure, { scale: 1 }));
    expect(stdout.trim()).toBe(here.digest("hex"));
  });
});

describe("what is changed after a figure was made", () => {
  const made = () =>
    lines([{ name: "a", x: [1, 2], y: [1, 2] }], { x: "x", y: "y" }, { title: "Title", caption: "Two." });
  type Open = { title: { text: string; font: object } | string; width?: number; legend?: object; height?: number };
  const change = (how: (layout: Open) => void) => {
    const figure = made();
    how(figure.layout as unknown as Open);
    return figure;
  };
  const setTitle = (text: string) => (layout: Open) => Object.assign(layout.title, { text });

  test("its title is drawn, in its own size and in others, given as an object or as plain text", async () => {
    const titled = [change(setTitle("Mine")), change((layout) => void Object.assign(layout, { title: "Mine" }))];
    for (const figure of titled) {
      for (const size of [{}, { width: 500 }]) {
        const svg = await toSvg(figure, size);
        expect(svg).toContain(">Mine<");
        expect(svg).not.toContain(">Title<");
      }
    }
  });

  test("its size wraps the caption again, and its caption is drawn", () => {
    const narrow = resized(
      change((layout) => void Object.assign(layout, { width: 500 })),
      {},
    );
    expect(narrow).toEqual(resized(made(), { width: 500 }));
    const other = resized({ ...made(), caption: "Another one." }, {});
    expect(JSON.stringify(other.layout.title)).toContain("Another one.");
    expect(JSON.stringify(other.layout.title)).not.toContain("Two.");
  });

  test("other changes of the heading and the legend stay in another size", () => {
    const figure = change((layout) => {
      Object.assign(layout.title as object, { font: { size: 30 } });
      Object.assign(layout.legend ?? {}, { orientation: "v" });
    });
    const { layout } = resized(figure, { width: 500, height: 300 });
    expect(layout.title).toMatchObject({ font: { size: 30 } });
    if (figure.layout.legend) expect(layout.legend).toMatchObject({ orientation: "v" });
    expect([layout.width, layout.height]).toEqual([500, 300]);
  });
});
