import { describe, expect, test, vi } from "vitest";
import { accuracyByComponent } from "../../lib/plot/accuracy-by-component";
import { accuracyOfSeeds } from "../../lib/plot/accuracy-of-seeds";
import { accuracyTable } from "../../lib/plot/accuracy-table";
import { bytesAgainstAccuracy } from "../../lib/plot/bytes-against-accuracy";
import type { Figure, Size } from "../../lib/plot/figure";
import { pairedDifferences } from "../../lib/plot/paired-differences";
import { resized } from "../../lib/plot/theme";
import { trainingSpeed } from "../../lib/plot/training-speed";
import { sampleAccuracy, sampleRun } from "./samples";

vi.setConfig({ testTimeout: 60_000 });

const components = ["conv", "mlp", "mhsa", "mlp+mhsa", "conv+mlp+mhsa"];
const rows = components.flatMap((one) => [
  sampleAccuracy(one, "unscaled", 0.5),
  sampleAccuracy(one, "channel-w1a32", 0.9),
]);
const differences = components.map((one) => ({
  ...({ question: "scale", better: `${one}/channel`, worse: `${one}/unscaled`, values: [0.1, 0.2] } as const),
  difference: { mean: 0.15, low: -0.1, high: 0.4, deviation: 0.07, count: 2 },
}));
const speeds = components.map((one) => ({ ...sampleRun(`${one}/channel`, 1), seconds: 3 }));

const wide: Record<string, (size: Size) => Figure> = {
  pairedDifferences: (size) => pairedDifferences(differences, {}, size),
  accuracyOfSeeds: (size) => accuracyOfSeeds(rows, {}, size),
  trainingSpeed: (size) => trainingSpeed(speeds, {}, size),
  accuracyTable: (size) => accuracyTable(rows, {}, size),
  accuracyByComponent: (size) => accuracyByComponent(rows, {}, size),
};

test.each(Object.keys(wide))("%s says how wide it has to be, and is content with that", (name) => {
  const { leastWidth = 0 } = wide[name]({ width: 330 });
  expect(leastWidth).toBeGreaterThan(330);
  expect(leastWidth).toBeLessThan(900);
  expect(wide[name]({ width: leastWidth }).leastWidth).toBe(leastWidth);
});

describe("a narrow row plot", () => {
  const axisOf = (figure: Figure) =>
    figure.layout.xaxis as { domain: [number, number]; tickvals?: number[]; tickangle?: number };

  test("has fewer ticks rather than turned ones, which would reach into the title of the axis", () => {
    const ticks = (width: number) => axisOf(accuracyOfSeeds(rows, {}, { width })).tickvals!;
    expect(ticks(900).length).toBeGreaterThan(4);
    expect(ticks(480).length).toBeLessThan(5);
    expect(ticks(480).at(-1)).toBe(ticks(900).at(-1));
    expect(axisOf(accuracyOfSeeds(rows, {}, { width: 480 })).tickangle).toBe(0);
  });

  test("has 150 pixels for what is drawn at the width that it asks for", () => {
    const width = pairedDifferences(differences, {}, { width: 400 }).leastWidth!;
    const figure = pairedDifferences(differences, {}, { width });
    const { l = 0, r = 0 } = figure.layout.margin!;
    expect(axisOf(figure).domain).toEqual([0, 1]);
    expect(width - l - r).toBeGreaterThan(149);
  });

  test.each([480, 640, 1200])("of %i pixels is the same whether made for them or given them afterwards", (width) => {
    const made = accuracyOfSeeds(rows, {}, { width });
    const given = resized(accuracyOfSeeds(rows), { width });
    expect(given.layout.annotations).toEqual(made.layout.annotations);
    expect(given.layout.margin).toEqual(made.layout.margin);
    expect(given.layout.xaxis).toEqual(made.layout.xaxis);
    expect(given.layout.meta).toEqual(made.layout.meta);
    expect([given.leastWidth, given.leastHeight]).toEqual([made.leastWidth, made.leastHeight]);
  });

  test("keeps a place of its axis that was changed since", () => {
    const figure = accuracyOfSeeds(rows);
    const { layout } = figure;
    const changed = { ...figure, layout: { ...layout, xaxis: { ...layout.xaxis, domain: [0.5, 1] } } };
    expect(resized(changed, { width: 640 }).layout.xaxis!.domain).toEqual([0.5, 1]);
  });
});

describe("a low row plot", () => {
  const low = accuracyOfSeeds(rows, {}, { width: 1280, height: 300 });

  /** Pixels from the first name to the last number of each column. */
  function columnsOf({ layout }: Figure): { from: number; to: number }[] {
    const { width = 0, margin, meta } = layout;
    const { l = 0, r = 0 } = margin!;
    const { domain } = layout.xaxis as { domain: [number, number] };
    const [before, after] = [l - 20, r - 20]; // names and numbers stand in the margins
    return Array.from({ length: meta!.columns!.count }, (_, i) => {
      const axis = i === 0 ? domain : (layout as Record<string, { domain: number[] }>)[`xaxis${i + 1}`].domain;
      const [from, to] = axis.map((share) => l + share * (width - l - r));
      return { from: from - before, to: to + after };
    });
  }

  test.each([1280, 1000, 1600])("has its groups side by side, and apart in %i pixels", (width) => {
    const columns = columnsOf(resized(low, { width }));
    expect(columns.length).toBeGreaterThan(1);
    expect(columns[0].from).toBeCloseTo(20);
    expect(columns.at(-1)!.to).toBeCloseTo(width - 20);
    for (let i = 1; i < columns.length; i++) expect(columns[i].from - columns[i - 1].to).toBeCloseTo(28);
  });
});

test("a low table asks for the height of the title beside it", () => {
  const { leastHeight = 0 } = accuracyTable(rows.slice(0, 4), {}, { width: 900, height: 200 });
  expect(leastHeight).toBeGreaterThan(270);
});

describe("bytesAgainstAccuracy", () => {
  const close = Array.from({ length: 20 }, (_, i) => ({
    ...sampleAccuracy("mlp", `a scale ${i}`, 0.5 + 0.004 * i),
    bytesPacked: 12_000 + 40 * (i % 3),
  }));

  test("asks for more room where labels cover each other or points", () => {
    const { leastHeight = 0, leastWidth = 0 } = bytesAgainstAccuracy(close, {}, { width: 420, height: 300 });
    expect(leastHeight > 300 || leastWidth > 420).toBe(true);
    const few = [sampleAccuracy("mlp", "channel", 0.5), sampleAccuracy("mhsa", "channel", 0.9)];
    expect(bytesAgainstAccuracy(few, {}, { width: 420, height: 300 })).toMatchObject({
      leastHeight: 300,
      leastWidth: 0,
    });
  });

  test("is as high as its labels need where no height is asked for", () => {
    const figure = bytesAgainstAccuracy(close.slice(0, 14), {});
    expect(figure.leastHeight).toBe(figure.layout.height);
  });

  test("gives each component a marker, and never two points of different models one name", () => {
    const many = [
      sampleAccuracy("float", "float", 0.96),
      sampleAccuracy("stem", "float", 0.95),
      ...close.slice(0, 12),
      sampleAccuracy("stem+conv", "channel", 0.4),
    ];
    const figure = bytesAgainstAccuracy(many);
    const symbols = new Map(
      (figure.data as { name: string; marker: { symbol: string } }[]).map(({ name, marker }) => [name, marker.symbol]),
    );
    expect(symbols.get("stem")).not.toBe(symbols.get("stem+conv"));
    const texts = figure.layout.annotations!.map(({ text }) => text);
    expect(texts.slice(0, 2)).toEqual(["float", "stem/float"]);
  });
});
