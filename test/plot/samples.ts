import { Random } from "../../lib/base/random";
import { calibration } from "../../lib/diagnose/calibration";
import { accuracyByComponent } from "../../lib/plot/accuracy-by-component";
import { accuracyOfSeeds } from "../../lib/plot/accuracy-of-seeds";
import { accuracyOverTime } from "../../lib/plot/accuracy-over-time";
import type { AccuracyRow } from "../../lib/plot/accuracy-row";
import { accuracyTable } from "../../lib/plot/accuracy-table";
import { attentionMaps } from "../../lib/plot/attention-maps";
import { bars } from "../../lib/plot/bars";
import { bypassedBranches } from "../../lib/plot/bypassed-branches";
import { type BytesRow, bytesAgainstAccuracy } from "../../lib/plot/bytes-against-accuracy";
import { classTokenGrid } from "../../lib/plot/class-token-grid";
import type { Figure } from "../../lib/plot/figure";
import { headsEntropy } from "../../lib/plot/heads-entropy";
import { imageGrid } from "../../lib/plot/image-grid";
import { lines } from "../../lib/plot/lines";
import { pairedDifferences } from "../../lib/plot/paired-differences";
import { reliability } from "../../lib/plot/reliability";
import { roofline } from "../../lib/plot/roofline";
import { scaleError } from "../../lib/plot/scale-error";
import { scaleErrorByLayer } from "../../lib/plot/scale-error-by-layer";
import { shares } from "../../lib/plot/shares";
import { sizeBreakdown } from "../../lib/plot/size-breakdown";
import { slopeCorrelations } from "../../lib/plot/slope-correlations";
import { steForms } from "../../lib/plot/ste-forms";
import { throughput } from "../../lib/plot/throughput";
import { type CurveRun, trainingCurves } from "../../lib/plot/training-curves";
import { trainingSpeed } from "../../lib/plot/training-speed";
import { weightHistogram } from "../../lib/plot/weight-histogram";

/** A run of a study that never ran: accuracy rises to `final`. */
export function sampleRun(name: string, seed: number, final = 0.9, epochs = 10): CurveRun {
  const random = new Random(seed, name.length);
  const curve = Array.from({ length: epochs }, (_, i) => {
    const accuracy = final * (1 - Math.exp(-(i + 1) / 4)) + 0.01 * random.uniform();
    return {
      epoch: i + 1,
      trainLoss: 2 - accuracy,
      trainAccuracy: Math.min(1, accuracy + 0.02),
      validationLoss: 2.1 - accuracy,
      validationAccuracy: accuracy,
      learningRate: 0.002 * (1 - i / epochs),
      flipShare: 0.1 * Math.exp(-i / 5),
      imagesPerSecond: 100,
    };
  });
  return { name, seed, curve };
}

export const sampleAccuracy = (component: string, scale: string, mean: number): AccuracyRow & BytesRow => ({
  name: component === "float" ? "float" : `${component}/${scale}`,
  component,
  scale,
  mean,
  low: mean - 0.02,
  high: mean + 0.01,
  values: [mean - 0.01, mean, mean + 0.01],
  bytesFloat: 140_000,
  bytesPacked: 12_000,
});

const pixels = [
  [0, 0.5],
  [0.25, 1],
];

const evaluation = { accuracy: 1, loss: 0, count: 1 };

/** Each figure function with as little as it can be given: one row, one seed, one image. */
export const smallest: Record<string, () => Figure> = {
  accuracyByComponent: () => accuracyByComponent([{ ...sampleAccuracy("mlp", "channel", 0.9), values: [0.9] }]),
  accuracyOfSeeds: () => accuracyOfSeeds([sampleAccuracy("mlp", "channel", 0.9)]),
  accuracyOverTime: () => accuracyOverTime([{ ...sampleRun("float", 1, 0.9, 1), dataset: { train: 100 } }]),
  accuracyTable: () => accuracyTable([sampleAccuracy("mlp", "channel", 0.9)]),
  attentionMaps: () => attentionMaps({ title: "input", pixels }, [{ title: "head 1", weights: pixels }]),
  bars: () => bars([{ name: "one", value: 1 }], "seconds"),
  bypassedBranches: () =>
    bypassedBranches([
      { name: "float", whole: evaluation, branches: [{ branch: "blocks.0.mlp", ...evaluation, lost: 0 }] },
    ]),
  bytesAgainstAccuracy: () => bytesAgainstAccuracy([sampleAccuracy("mlp", "channel", 0.9)]),
  classTokenGrid: () =>
    classTokenGrid([
      {
        ...{ name: "float", label: "7", answer: "1", blocks: [{ block: 1, heads: [[0.5, 0.1, 0.2, 0.2]] }] },
        image: { size: 2, channels: 1, maxValue: 16, pixels: "AAgQBA==" },
      },
    ]),
  headsEntropy: () => headsEntropy([{ name: "float", entropy: [[1]], most: Math.log(5) }]),
  imageGrid: () => imageGrid([{ title: "7", pixels }]),
  lines: () => lines([{ name: "a", x: [1, 2], y: Float32Array.of(1, 2) }], { x: "x", y: "y" }),
  pairedDifferences: () =>
    pairedDifferences([
      {
        ...({ question: "scale", better: "mlp/channel", worse: "mlp/unscaled", values: [0.1, 0.2] } as const),
        difference: { mean: 0.15, low: -0.1, high: 0.4, deviation: 0.07, count: 2 },
      },
    ]),
  reliability: () => reliability([{ name: "float", ...calibration(Float32Array.of(0, 1), [1]) }]),
  roofline: () => roofline([{ name: "loop", operationsPerByte: 40, gops: 1 }], { bandwidth: 10, peaks: [] }),
  scaleError: () => scaleError({ alpha: [0, 1], error: [1, 1], minimum: { alpha: 0.5, error: 0.75 } }),
  scaleErrorByLayer: () => scaleErrorByLayer([{ layer: "fc1", own: 0.6, best: 0.5, one: 9 }]),
  shares: () => shares([{ name: "time", parts: { qkv: 2 } }]),
  sizeBreakdown: () => sizeBreakdown([{ name: "float", bytes: { head: 2048 } }]),
  slopeCorrelations: () =>
    slopeCorrelations([{ layer: "fc1", width: 0.1, flipped: 0.1, correlations: { clip: 0.3 }, chance: 0.1 }]),
  steForms: () => steForms([{ name: "clip", x: [-2, -1, 1, 2], y: [0, 1, 1, 0] }]),
  throughput: () => throughput([{ name: "stock", imagesPerSecond: 7, low: 6, high: 8 }]),
  trainingCurves: () => trainingCurves([sampleRun("float", 1, 0.9, 1)], "accuracy"),
  trainingSpeed: () => trainingSpeed([{ ...sampleRun("float", 1, 0.9, 1), seconds: 3 }]),
  weightHistogram: () => weightHistogram([{ name: "fc1", values: Float32Array.of(-0.1, 0.1) }]),
};

/** Each figure function with nothing. */
export const empty: Record<string, () => Figure> = {
  accuracyByComponent: () => accuracyByComponent([]),
  accuracyOfSeeds: () => accuracyOfSeeds([]),
  accuracyOverTime: () => accuracyOverTime([]),
  accuracyTable: () => accuracyTable([]),
  attentionMaps: () => attentionMaps({ title: "input", pixels }, []),
  bars: () => bars([], "seconds"),
  bypassedBranches: () => bypassedBranches([]),
  bytesAgainstAccuracy: () => bytesAgainstAccuracy([]),
  classTokenGrid: () => classTokenGrid([]),
  headsEntropy: () => headsEntropy([]),
  imageGrid: () => imageGrid([]),
  lines: () => lines([], { x: "x", y: "y" }),
  pairedDifferences: () => pairedDifferences([]),
  reliability: () => reliability([]),
  roofline: () => roofline([], { bandwidth: 10, peaks: [] }),
  scaleError: () => scaleError({ alpha: [], error: [], minimum: { alpha: 0, error: 0 } }),
  scaleErrorByLayer: () => scaleErrorByLayer([]),
  shares: () => shares([]),
  sizeBreakdown: () => sizeBreakdown([]),
  slopeCorrelations: () => slopeCorrelations([]),
  steForms: () => steForms([]),
  throughput: () => throughput([]),
  trainingCurves: () => trainingCurves([], "loss"),
  trainingSpeed: () => trainingSpeed([]),
  weightHistogram: () => weightHistogram([]),
};
