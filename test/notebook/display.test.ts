import { loadImage } from "@napi-rs/canvas";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Random } from "../../lib/base/random";
import { show, showMarkdown } from "../../lib/notebook/display";
import { indexedPng } from "../../lib/notebook/indexed-png";
import { openDisplay } from "../../lib/notebook/live-display";
import type { MimeBundle } from "../../lib/notebook/nbformat";
import { showDiagram } from "../../lib/notebook/show-diagram";
import { showTable, tableText } from "../../lib/notebook/table";
import { toPng } from "../../lib/plot/export";
import { imageGrid } from "../../lib/plot/image-grid";
import { lines } from "../../lib/plot/lines";

// The first figure loads Plotly, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

vi.mock("../../lib/notebook/live-display", () => ({ openDisplay: vi.fn() }));

const figure = lines(
  [{ name: "a", x: [1, 2, 3], y: [1 / 3, 2 / 3, 1] }],
  { x: "x", y: "y" },
  { title: "Title", caption: "See it rise." },
);

describe("in a kernel", () => {
  let shown: MimeBundle[] = [];
  let known: Readonly<Record<string, object>>[] = [];
  beforeEach(() => {
    [shown, known] = [[], []];
    vi.mocked(openDisplay).mockReturnValue((bundle, metadata = {}) => {
      shown.push(bundle);
      known.push(metadata);
    });
  });

  test("a figure is one output, interactive and static", async () => {
    await show(figure);
    expect(shown).toHaveLength(1);
    const [bundle] = shown;
    expect(Object.keys(bundle)).toEqual(["application/vnd.plotly.v1+json", "image/png", "text/plain"]);
    expect(bundle["text/plain"]).toBe("Title. See it rise. Axes, horizontal: x, vertical: y.");
    const spec = bundle["application/vnd.plotly.v1+json"] as { data: { y: number[] }[] };
    expect(spec.data[0].y).toEqual([0.33333, 0.66667, 1]);
    const image = await loadImage(Buffer.from(bundle["image/png"] as string, "base64"));
    expect([image.width, image.height]).toEqual([1.5 * figure.layout.width!, Math.trunc(1.5 * figure.layout.height!)]);
    expect((bundle["image/png"] as string).length).toBeLessThan(40_000);
  });

  test("a diagram is a picture of its own size, with its description", async () => {
    await showDiagram("bit-packing");
    const [bundle] = shown;
    expect(Object.keys(bundle)).toEqual(["image/png", "text/plain"]);
    expect(bundle["text/plain"]).toMatch(/XOR marks the 3 places where the signs differ/);
    expect(known).toEqual([{ "image/png": { width: 960, height: 470, alt: bundle["text/plain"] } }]);
    const image = await loadImage(Buffer.from(bundle["image/png"] as string, "base64"));
    expect([image.width, image.height]).toEqual([1440, 705]);
  });

  test("both forms have the size asked for", async () => {
    await show(figure, { width: 600, height: 400 });
    const spec = shown[0]["application/vnd.plotly.v1+json"] as { layout: { width: number; height: number } };
    expect([spec.layout.width, spec.layout.height]).toEqual([600, 400]);
    const image = await loadImage(Buffer.from(shown[0]["image/png"] as string, "base64"));
    expect([image.width, image.height]).toEqual([900, 600]);
  });

  test("a picture has the figure's width, and words for those who cannot see it", async () => {
    await show(figure);
    const { width, height } = figure.layout;
    expect(known).toEqual([{ "image/png": { width, height, alt: shown[0]["text/plain"] } }]);
  });

  test("what was changed after the figure was made is shown, also in another size", async () => {
    const changed = lines([{ name: "a", x: [1], y: [1] }], { x: "x", y: "y" }, { title: "Title", caption: "Caption." });
    const layout = changed.layout as Record<string, { text?: string; title?: unknown }>;
    layout.title!.text = "Mine &amp; <b>yours</b>";
    layout.xaxis!.title = "epochs";
    await show(changed);
    await show(changed, { width: 600 });
    for (const bundle of shown) {
      const spec = JSON.stringify(bundle["application/vnd.plotly.v1+json"]);
      expect(spec).toContain('"text":"Mine &amp; <b>yours</b>"');
      expect(spec).toContain('"text":"epochs"');
      expect(bundle["text/plain"]).toBe("Mine & yours. Axes, horizontal: epochs, vertical: y.");
    }
  });

  test("a figure with much data is static only", async () => {
    const x = Array.from({ length: 20_000 }, (_, i) => i);
    await show(lines([{ name: "long", x, y: x }], { x: "x", y: "y" }));
    expect(Object.keys(shown[0])).toEqual(["image/png", "text/plain"]);
  });

  test("a table is HTML and aligned text", () => {
    showTable([{ name: "a<b", accuracy: 0.5 }], { caption: "Results" });
    expect(shown[0]["text/html"]).toContain("a&lt;b");
    expect(shown[0]["text/html"]).toMatch(/^<table><caption[^>]*>Results</);
    expect(shown[0]["text/plain"]).toContain("0.500");
  });

  test("Markdown is Markdown", () => {
    showMarkdown("**bold**");
    expect(shown[0]["text/markdown"]).toBe("**bold**");
  });
});

describe("outside a kernel", () => {
  beforeEach(() => void vi.mocked(openDisplay).mockReturnValue(undefined));
  afterEach(() => void vi.restoreAllMocks());

  test("captions, tables and Markdown are printed", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await show(figure);
    showTable({ columns: ["n"], rows: [[1]] });
    showMarkdown("text");
    expect(log.mock.calls.map(([line]) => line)).toEqual([
      expect.stringMatching(/^See it rise\.\n\(a figure; .*toPng or toSvg\)$/),
      "n\n-\n1",
      "text",
    ]);
  });
});

test("a table's text is aligned: numbers to the right, gaps empty, integers without a point among integers", () => {
  const rows = [
    { name: "float", accuracy: 0.9625, seeds: 3 },
    { name: "mlp/channel", accuracy: null, seeds: 10 },
    { name: "ideal", accuracy: 1, seeds: 1 },
  ];
  expect(tableText(rows, { digits: 2 })).toBe(
    [
      "name         accuracy  seeds",
      "-----------  --------  -----",
      "float            0.96      3",
      "mlp/channel               10",
      "ideal            1.00      1",
    ].join("\n"),
  );
});

describe("indexedPng", () => {
  test("draws the same picture in less than half of the bytes", async () => {
    const png = await toPng(figure, { scale: 1 });
    const small = await indexedPng(png);
    expect(small.length).toBeLessThan(png.length / 2);
    const [before, after] = [await pixelsOf(png), await pixelsOf(small)];
    const differing = before.filter((value, i) => Math.abs(value - after[i]) > 40).length;
    expect(differing / before.length).toBeLessThan(0.001);
  });

  test("leaves photographs alone", async () => {
    const random = new Random(1);
    const pixels = Array.from({ length: 64 }, () =>
      Array.from({ length: 64 }, () => [0, 0, 0].map(() => random.uniform())),
    );
    const png = await toPng(imageGrid([{ title: "noise", pixels }]), { scale: 1 });
    expect(await indexedPng(png)).toBe(png);
  });
});

async function pixelsOf(png: Buffer): Promise<Uint8ClampedArray> {
  const { createCanvas } = await import("@napi-rs/canvas");
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height).data;
}
