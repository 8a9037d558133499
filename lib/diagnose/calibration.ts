import { ConfigError } from "../base/errors";

/** Images that the model is about equally sure of. */
export interface CalibrationBin {
  /** Confidences in (from, to]. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean confidence, 0 … 1; not a number where there are no images. */
  readonly confidence: number;
  /** Share that is classified right, 0 … 1; not a number where there are no images. */
  readonly accuracy: number;
}

/** Whether a model is as often right as it is sure. */
export interface Calibration {
  /** Expected calibration error, 0 … 1. */
  readonly error: number;
  /** Mean confidence of all images, 0 … 1: above the accuracy, the model is too sure. */
  readonly confidence: number;
  readonly accuracy: number;
  readonly bins: readonly CalibrationBin[];
}

/**
 * Reliability of a classifier's confidence, the largest probability of its softmax.
 *
 * error = Σ_m n_m / n · abs(accuracy_m − confidence_m), over bins of equal width
 *
 * C: classes, n: images, n_m: those of bin m
 *
 * @param logits - row-major; shape [n, C]
 * @param labels - class indices; shape [n]
 * @param bins - how many
 * @returns the error, and the bins that it is made of
 * @throws ConfigError if there are no images, or the logits are not finite or not those of the labels
 *
 * Reference: Guo et al., *On Calibration of Modern Neural Networks*, 2017, eq. 3.
 */
export function calibration(logits: Float32Array, labels: ArrayLike<number>, bins = 15): Calibration {
  const classes = logits.length / labels.length;
  if (!(Number.isInteger(classes) && classes > 0)) {
    throw new ConfigError(`Expected as many logits for each label, got ${logits.length} for ${labels.length} labels.`);
  }
  if (!(Number.isInteger(bins) && bins >= 1)) throw new ConfigError(`Expected one bin or more, got ${bins}.`);
  const odd = logits.find((logit) => !Number.isFinite(logit));
  if (odd !== undefined) throw new ConfigError(`Expected finite logits, got ${odd}. The training may have diverged.`);
  const tallies = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let row = 0; row < labels.length; row++) {
    const { confidence, best } = surest(logits.subarray(row * classes, (row + 1) * classes));
    const tally = tallies[Math.max(0, Math.ceil(confidence * bins) - 1)];
    tally.count++;
    tally.confidence += confidence;
    if (best === labels[row]) tally.right++;
  }
  const sum = (value: (tally: (typeof tallies)[number]) => number) => tallies.reduce((all, one) => all + value(one), 0);
  return {
    error: sum(({ right, confidence }) => Math.abs(right - confidence)) / labels.length,
    confidence: sum(({ confidence }) => confidence) / labels.length,
    accuracy: sum(({ right }) => right) / labels.length,
    bins: tallies.map(({ count, confidence, right }, i) => ({
      ...{ from: i / bins, to: (i + 1) / bins, count },
      ...{ confidence: confidence / count, accuracy: right / count },
    })),
  };
}

/** The largest probability of the softmax of some logits, and whose it is. */
function surest(logits: Float32Array): { confidence: number; best: number } {
  let best = 0;
  for (let c = 1; c < logits.length; c++) if (logits[c] > logits[best]) best = c;
  const sum = logits.reduce((all, logit) => all + Math.exp(logit - logits[best]), 0);
  return { confidence: 1 / sum, best };
}
