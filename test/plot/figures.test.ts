import { describe, expect, test, vi } from "vitest";
import { ConfigError } from "../../lib/base/errors";
import { accuracyByComponent } from "../../lib/plot/accuracy-by-component";
import { accuracyTable } from "../../lib/plot/accuracy-table";
import { attentionMaps } from "../../lib/plot/attention-maps";
import { bytesAgainstAccuracy } from "../../lib/plot/bytes-against-accuracy";
import { toSvg } from "../../lib/plot/export";
import { imageGrid } from "../../lib/plot/image-grid";
import { palette } from "../../lib/plot/palette";
import { roofline } from "../../lib/plot/roofline";
import { scaleErrorByLayer } from "../../lib/plot/scale-error-by-layer";
import { type ShareRow, shares } from "../../lib/plot/shares";
import { type SizeRow, sizeBreakdown } from "../../lib/plot/size-breakdown";
import { resized } from "../../lib/plot/theme";
import { throughput } from "../../lib/plot/throughput";
import { trainingCurves } from "../../lib/plot/training-curves";
import { weightHistogram } from "../../lib/plot/weight-histogram";
import { empty, sampleAccuracy, sampleRun, smallest } from "./samples";

// The first figure loads Plotly, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** The members of a trace the tests look at. */
interface Trace {
  name?: string;
  x: number[];
  y: number[];
  xaxis?: string;
  showlegend?: boolean;
  line?: { color: string; width: number; dash?: string };
  marker?: { color: string };
  type: string;
  z?: number[][][];
}

const tracesOf = (figure: { data: unknown[] }) => figure.data as Trace[];
const textsOf = (figure: { layout: { annotations?: { text?: string }[] } }) =>
  (figure.layout.annotations ?? []).map((annotation) => annotation.text);

describe.each(Object.keys(smallest))("%s", (name) => {
  test("is plain JSON", () => {
    const figure = smallest[name]();
    expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
  });

  test("draws the smallest input", async () => {
    expect(await toSvg(smallest[name]())).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  test("refuses to draw nothing", () => {
    expect(empty[name]).toThrow(ConfigError);
    expect(empty[name]).toThrow(`${name}: nothing to draw`);
  });
});

describe("trainingCurves", () => {
  const study = ["float", "mlp/unscaled", "mlp/channel", "mhsa/unscaled", "mhsa/channel"].flatMap((name) =>
    [1, 2, 3].map((seed) => sampleRun(name, seed)),
  );

  test("draws a panel a component, with the float model in each", () => {
    const figure = trainingCurves(study, "accuracy");
    expect(textsOf(figure)).toEqual(["<b>mlp</b>", "<b>mhsa</b>"]);
    const float = tracesOf(figure).filter((trace) => trace.name === "float" && trace.line!.width > 2);
    expect(float.map((trace) => trace.xaxis)).toEqual(["x", "x2"]);
  });

  test("names each scale once in the legend and gives it its colour", () => {
    const inLegend = tracesOf(trainingCurves(study, "loss")).filter((trace) => trace.showlegend !== false);
    expect(inLegend.map((trace) => trace.name)).toEqual(["float", "unscaled", "channel", "training", "one seed"]);
    expect(inLegend[2].line!.color).toBe(palette[0]);
  });

  test("the bold line is the mean over the seeds, in percent, as far as all seeds came", () => {
    const runs = [sampleRun("float", 1, 0.8, 6), sampleRun("float", 2, 0.6, 4)];
    const bold = tracesOf(trainingCurves(runs, "accuracy")).find((trace) => trace.line!.width > 2)!;
    const last = 50 * (runs[0].curve[3].validationAccuracy + runs[1].curve[3].validationAccuracy);
    expect(bold.x).toEqual([1, 2, 3, 4]);
    expect(bold.y[3]).toBeCloseTo(last, 10);
  });

  test("draws learning rates and flips without a training line", () => {
    for (const metric of ["learningRate", "flipShare"] as const) {
      expect(tracesOf(trainingCurves(study, metric)).filter((trace) => trace.line!.dash === "dot")).toEqual([]);
    }
  });
});

describe("accuracyByComponent", () => {
  const rows = [
    sampleAccuracy("float", "none", 0.962),
    sampleAccuracy("mlp", "unscaled", 0.532),
    sampleAccuracy("mlp", "channel", 0.958),
    sampleAccuracy("mhsa", "channel", 0.912),
  ];

  test("labels every mean in percent and the float line", () => {
    expect(textsOf(accuracyByComponent(rows))).toEqual(["53.2", "95.8", "91.2", "float<br>96.2"]);
  });

  test("puts scales side by side at their component, each seed a dot", () => {
    const [, , means, seeds] = tracesOf(accuracyByComponent(rows));
    expect(means.name).toBe("channel");
    expect(means.x.map(Math.round)).toEqual([0, 1]);
    expect(seeds.y).toHaveLength(6);
  });

  test("refuses percentages", () => {
    expect(() => accuracyByComponent([sampleAccuracy("mlp", "channel", 95.8)])).toThrow("fractions 0 … 1, got 95.8");
  });
});

test("accuracyTable breaks the names of columns that have no room, so that none is dropped", () => {
  const scales = ["unscaled", "channel", "unscaled-w1a32", "channel-w1a32", "learned-w1a32", "<b>"];
  const rows = scales.map((scale) => sampleAccuracy("conv+mlp+mhsa", scale, 0.9));
  const names = (width: number) => accuracyTable(rows, {}, { width }).layout.xaxis?.ticktext;
  expect(names(1600)).toEqual([...scales.slice(0, 5), "&lt;b&gt;"]);
  expect(names(900)).toEqual([
    "unscaled",
    "channel",
    "unscaled<br>-w1a32",
    "channel<br>-w1a32",
    "learned<br>-w1a32",
    "&lt;b&gt;",
  ]);
});

describe("bytesAgainstAccuracy", () => {
  test("takes the float model's float bytes and the others' packed bytes", () => {
    const rows = [sampleAccuracy("float", "none", 0.96), sampleAccuracy("mlp", "channel", 0.95)];
    const [float, mlp] = tracesOf(bytesAgainstAccuracy(rows));
    expect(float.x).toEqual([140_000 / 1024]);
    expect(mlp.x).toEqual([12_000 / 1024]);
  });
});

test("imageGrid draws coloured images as bytes and grey ones as a heatmap", () => {
  const figure = imageGrid([
    { title: "colour", pixels: [[[0, 0.5, 1]]] },
    { title: "grey", pixels: [[0.5]] },
  ]);
  expect(tracesOf(figure).map((trace) => trace.type)).toEqual(["image", "heatmap"]);
  expect(tracesOf(figure)[0].z).toEqual([[[0, 128, 255]]]);
});

describe("attentionMaps", () => {
  const image = { title: "a 7", pixels: [[0.5]] };
  const map = (title: string, weight: number) => ({ title, weights: [[weight]] });
  const placesOf = (maps: Parameters<typeof attentionMaps>[1], columns?: number) =>
    Object.fromEntries(
      (attentionMaps(image, maps, {}, columns).layout.annotations ?? []).map(({ text, x, y }) => [
        text,
        [x, y].map((place) => Number(Number(place).toFixed(3))),
      ]),
    );

  test("puts maps one after the other, the image first", () => {
    const places = placesOf([map("A", 0.1), map("B", 0.2), map("C", 0.3)], 2);
    expect(places.A[1]).toBe(places["a 7"][1]);
    expect(places.B[0]).toBe(places["a 7"][0]);
    expect(places.C).toEqual([places.A[0], places.B[1]]);
  });

  test("puts given rows below each other beside the image, on one scale of colours", () => {
    const rows = [[map("A", 0.1), map("B", 0.2)], [map("C", 0.3)]];
    const places = placesOf(rows);
    expect(places.C[0]).toBe(places.A[0]);
    expect(places.C[1]).toBeLessThan(places.A[1]);
    expect(places.A[0]).toBeGreaterThan(places["a 7"][0]);
    expect(places.B[1]).toBe(places.A[1]);
    const [, ...heat] = attentionMaps(image, rows).data as { zmax: number; showscale: boolean }[];
    expect(heat.map(({ zmax, showscale }) => [zmax, showscale])).toEqual([
      [0.3, true],
      [0.3, false],
      [0.3, false],
    ]);
  });

  test("draws given rows, and refuses rows of nothing", async () => {
    expect(await toSvg(attentionMaps(image, [[map("A", 0.1)], [map("B", 0.2), map("C", 0.3)]]))).toMatch(/^<svg /);
    expect(() => attentionMaps(image, [[]])).toThrow("attentionMaps: nothing to draw");
  });
});

test("scaleErrorByLayer names every layer, also where it is made low", async () => {
  const rows = Array.from({ length: 16 }, (_, i) => ({ layer: `layer${i}.fc1`, own: 0.5, best: 0.5, one: 9 }));
  const svg = await toSvg(resized(scaleErrorByLayer(rows), { height: 420 }));
  for (const { layer } of rows) expect(svg).toContain(`>${layer}<`);
});

describe("roofline", () => {
  const point = { name: "loop", operationsPerByte: 8, gops: 2 };
  const peaks = [
    { name: "floats", gops: 40 },
    { name: "signs", gops: 400 },
  ];

  test("memory's roof ends at the highest peak, each peak begins where memory allows it", () => {
    const points = [point, { ...point, operationsPerByte: 400 }];
    const [memory, floats, signs] = tracesOf(roofline(points, { bandwidth: 10, peaks }));
    expect([memory.x[1], memory.y[1]]).toEqual([40, 400]);
    for (let i = 0; i < 2; i++) expect(memory.y[i]).toBeCloseTo(10 * memory.x[i], 10);
    expect([floats.x[0], floats.y, signs.x[0], signs.y]).toEqual([4, [40, 40], 40, [400, 400]]);
  });

  test("labels roofs and points with their numbers", () => {
    expect(textsOf(roofline([point], { bandwidth: 10, peaks }))).toEqual([
      "memory: 10 GB/s",
      "floats: 40 Gop/s",
      "signs: 400 Gop/s",
      "loop, 2",
    ]);
  });

  test("refuses what a logarithm cannot show", () => {
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => roofline([{ ...point, gops: wrong }], { bandwidth: 10, peaks })).toThrow(`got ${wrong}`);
      expect(() => roofline([point], { bandwidth: wrong, peaks })).toThrow(`got ${wrong}`);
    }
  });
});

describe("shares", () => {
  test("each row is 100 percent, whatever its unit; a part that is missing is 0", () => {
    const rows: ShareRow[] = [
      { name: "time", parts: { qkv: 1, rest: 3 } },
      { name: "MACs", parts: { qkv: 500 } },
    ];
    expect(tracesOf(shares(rows)).map(({ name, x }) => [name, x])).toEqual([
      ["qkv", [25, 100]],
      ["rest", [75, 0]],
    ]);
  });

  test("refuses amounts that are no part of anything", () => {
    expect(() => shares([{ name: "time", parts: { rest: -1 } }])).toThrow('"rest" of "time" is -1');
    expect(() => shares([{ name: "time", parts: { rest: Number.NaN } }])).toThrow("is NaN");
    expect(() => shares([{ name: "time", parts: { rest: 0 } }])).toThrow("add up to 0");
  });
});

test("sizeBreakdown writes the total and its ratio to the first model", () => {
  const rows: SizeRow[] = [
    { name: "float", bytes: { weights: 100 * 1024 } },
    { name: "mlp", bytes: { "1-bit weights": 3 * 1024, scales: 1024 } },
  ];
  expect(textsOf(sizeBreakdown(rows))).toEqual(["100 KiB", "4.0 KiB, 1/25.0"]);
});

test("throughput writes images/s and the ratio to the first row", () => {
  const row = (name: string, speed: number) => ({ name, imagesPerSecond: speed, low: speed, high: speed });
  expect(textsOf(throughput([row("stock", 50), row("kit", 1250)]))).toEqual(["<b>50</b>", "<b>1,250</b>  ×25"]);
});

test("weightHistogram counts every weight once", () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
  const [histogram] = tracesOf(weightHistogram([{ name: "fc1", values }]));
  const shares = histogram.y.slice(0, -1);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 6);
});

describe("trainingCurves of many scales", () => {
  const many = ["a", "b", "c", "d", "e", "f", "g"];

  test("gives each its panel, named by its title, with the float model in all of them", () => {
    const names = ["float", ...many.map((scale) => `mlp/${scale}`), "mhsa/a"];
    const figure = trainingCurves(
      names.map((name) => sampleRun(name, 1)),
      "flipShare",
    );
    expect(textsOf(figure)).toHaveLength(8);
    expect(textsOf(figure)[7]).toMatch(/^<b>a<\/b><br>.*mhsa/);
    const bold = tracesOf(figure).filter((trace) => trace.line!.width > 2);
    expect(bold.filter(({ name }) => name === "float")).toHaveLength(8);
    expect(bold.filter(({ showlegend }) => showlegend !== false).map(({ name }) => name)).toEqual(["float"]);
  });

  test("names scales in the legend where panels are of components, however many", () => {
    const runs = many.map((component) => sampleRun(`${component}/channel`, 1));
    const legend = tracesOf(trainingCurves(runs, "flipShare")).filter((trace) => trace.showlegend !== false);
    expect(legend.map(({ name }) => name)).toEqual(["channel"]);
  });
});
