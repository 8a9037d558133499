import { describe, expect, test, vi } from "vitest";
import { accuracyOverTime } from "../../lib/plot/accuracy-over-time";
import type { Size } from "../../lib/plot/figure";
import { type CurveMetric, trainingCurves } from "../../lib/plot/training-curves";
import { sampleRun } from "./samples";

vi.setConfig({ testTimeout: 60_000 });

interface Axis {
  title?: { text: string };
  domain: [number, number];
  range?: [number, number];
  dtick?: number;
  rangemode?: string;
}
interface Trace {
  name?: string;
  showlegend?: boolean;
  xaxis?: string;
  x?: number[];
  line: { color: string; width: number; dash?: string };
}

const axesOf = (figure: { layout: object }, letter: "x" | "y") =>
  Object.entries(figure.layout).flatMap(([key, axis]) => (key.startsWith(`${letter}axis`) ? [axis as Axis] : []));
const titlesOf = (figure: { layout: object }) => axesOf(figure, "y").flatMap(({ title }) => title?.text ?? []);
const tracesOf = (figure: { data: unknown[] }) => figure.data as Trace[];
const runsOf = (names: readonly string[], epochs = 10) => names.map((name) => sampleRun(name, 1, 0.9, epochs));

const components = ["conv", "mlp", "mhsa", "mlp+mhsa", "conv+mlp+mhsa", "stem", "stem+conv"];
const study = runsOf(["float", ...components.flatMap((one) => [`${one}/unscaled`, `${one}/channel`])]);

describe("panels of components in a small figure", () => {
  test.each([
    { width: 731, height: 411 },
    { width: 420, height: 300 },
    { width: 600, height: 400 },
  ])("say how high it would have to be: %j", (size) => {
    const timed = study.map((run) => ({ ...run, dataset: { train: 100 } }));
    for (const draw of [
      (own: Size) => trainingCurves(study, "accuracy", {}, own),
      (own: Size) => accuracyOverTime(timed, {}, own),
    ]) {
      const figure = draw(size);
      const { leastHeight = 0 } = figure;
      const heights = axesOf(figure, "y").map(({ domain }) => domain[1] - domain[0]);
      expect(Math.min(...heights)).toBeGreaterThan(0.05);
      expect(titlesOf(figure)).toEqual(["accuracy, %"]); // one for all rows, which are lower than it is long
      expect(leastHeight).toBeGreaterThanOrEqual(size.height);
      expect(draw({ ...size, height: leastHeight }).leastHeight).toBe(leastHeight);
    }
    expect(trainingCurves(study, "loss", {}, { width: 420, height: 300 }).leastHeight).toBeGreaterThan(500);
  });

  test("have a title a row, and nothing to ask for, in the usual size", () => {
    for (const metric of ["accuracy", "loss", "flipShare"] as const) {
      const figure = trainingCurves(study, metric);
      expect(titlesOf(figure)).toHaveLength(3);
      expect(figure.leastHeight).toBe(figure.layout.height);
      expect(figure.leastWidth).toBeLessThan(900);
    }
  });

  test("stand further apart where they are narrow, so that the last tick of one is not in the next", () => {
    const many = runsOf(["a", "b", "c", "d", "e", "f", "g"].map((scale) => `mlp/${scale}`));
    for (const width of [500, 667, 900]) {
      const [first, second] = axesOf(trainingCurves(many, "accuracy", {}, { width }), "x");
      expect((second.domain[0] - first.domain[1]) * (width - 90)).toBeGreaterThan(15.9);
    }
  });
});

test("a legend beside the curves is counted as width and as height", () => {
  const names = ["a", "b", "c", "d", "e"].map((scale) => `mlp/a long name of a scale, ${scale}`);
  const { leastWidth, leastHeight } = trainingCurves(runsOf(names), "accuracy", {}, { width: 420, height: 150 });
  expect(leastWidth).toBeGreaterThan(450);
  expect(leastHeight).toBeGreaterThan(160);
});

test("a row that is called as what is in every panel has a name and a look of its own", () => {
  const runs = runsOf(["float", "width-1/channel", "width-1/float", "width-2/channel", "width-2/float"]);
  const figures = [
    trainingCurves(runs, "accuracy"),
    trainingCurves(runs.slice(0, 3), "accuracy"), // one panel for all
    accuracyOverTime(runs.map((run) => ({ ...run, dataset: { train: 100 } }))),
  ];
  for (const figure of figures) {
    const means = tracesOf(figure).filter(({ xaxis, line }) => xaxis === "x" && line.width > 2);
    expect(means).toHaveLength(3);
    expect(new Set(means.map(({ line }) => `${line.color} ${line.dash}`)).size).toBe(3);
  }
  const legend = tracesOf(figures[0]).filter(({ showlegend }) => showlegend !== false);
  expect(legend.map(({ name }) => name)).toEqual(["float", "channel", "float of the panel", "training"]);
  // Nothing to tell apart where no model is in every panel.
  const stems = tracesOf(trainingCurves(runsOf(["conv/float", "patch/float"]), "accuracy"));
  expect(new Set(stems.flatMap(({ name, line }) => (name === "float" ? [line.dash] : [])))).toEqual(
    new Set([undefined]),
  );
});

test("of runs that minimize something else the loss has no training curve", () => {
  const [plain, smoothed, taught] = runsOf(["mlp/plain", "mlp/smoothed", "mlp/taught"]);
  const objective = { distillation: { weight: 1, temperature: 2 } };
  const runs = [
    plain,
    { ...smoothed, config: { training: { labelSmoothing: 0.1 } } }, // with ten classes it cannot fall below 0.5
    { ...taught, config: { training: { objective } } },
  ];
  const dotted = (metric: CurveMetric) =>
    tracesOf(trainingCurves(runs, metric)).flatMap(({ name, line, xaxis }) =>
      line.dash === "dot" && xaxis ? [name] : [],
    );
  expect(dotted("loss")).toEqual(["mlp/plain, train"]);
  expect(dotted("accuracy")).toEqual(["mlp/plain, train", "mlp/smoothed, train", "mlp/taught, train"]);
  const alone = tracesOf(trainingCurves(runs.slice(1), "loss"));
  expect(alone.map(({ name }) => name)).toEqual(["mlp/smoothed", "mlp/taught"]); // nothing in the legend that is not drawn
});

test("a run that began from another's weights is drawn behind it, over epochs and over time", () => {
  const [first, second, alone] = ["all/first", "all/second", "all/alone"].map((name, i) => ({
    ...sampleRun(name, 1, 0.9, 3),
    dataset: { train: 100 }, // at 100 images a second
    weightsSha256: `${i}`,
  }));
  const from = { name: "all/first", seed: 1, weightsSha256: "0", recipe: "" };
  const runs = [
    { ...second, origins: { from } },
    first,
    { ...alone, origins: { "objective.distillation.teacher": from } },
  ];
  for (const figure of [trainingCurves(runs, "flipShare"), accuracyOverTime(runs)]) {
    expect(tracesOf(figure).map(({ name, x }) => [name, ...x!])).toEqual([
      ["all/second", 4, 5, 6],
      ["all/first", 1, 2, 3],
      ["all/alone", 1, 2, 3],
    ]);
  }
  expect(tracesOf(trainingCurves(runs.slice(0, 1), "flipShare"))[0].x).toEqual([1, 2, 3]);
});

test("few epochs have whole ticks, and no axis goes below 0", () => {
  const [only] = axesOf(trainingCurves(runsOf(["mlp/channel"], 1), "flipShare"), "x");
  expect(only).toMatchObject({ dtick: 1, range: [0.5, 1.5] });
  expect(axesOf(trainingCurves(runsOf(["mlp/channel"], 3), "accuracy"), "x")[0]).toMatchObject({ dtick: 1 });
  expect(axesOf(trainingCurves(study, "flipShare"), "y").every(({ rangemode }) => rangemode === "nonnegative")).toBe(
    true,
  );
});
