import { batches } from "../data/batches";
import type { Split } from "../data/dataset";
import { firstImages } from "../data/stratify";
import { isBinarized } from "../vit/binary-latent";
import type { ModelConfig } from "../vit/config";
import { weightLayers } from "../vit/places";
import { type AttentionEntropy, attentionEntropy } from "./attention-entropy";
import { type Calibration, calibration } from "./calibration";
import { type ClassTokenMaps, classTokenMaps } from "./class-token-maps";
import { gradientMismatch, type LayerMismatch } from "./gradient-mismatch";
import { type LossSlice, lossSlice } from "./loss-slice";
import type { DiagnosticName } from "./names";
import { type ResidualBypass, residualBypass } from "./residual-bypass";
import { type LayerScaleError, scaleErrors } from "./scale-errors";
import { splitLogits } from "./split-logits";
import type { Subject } from "./subject";

/** A slice of the loss, and which weights moved for it. */
export interface SliceFinding extends LossSlice {
  /** Those of the parts that are binarized in one of the runs, or, where none are, all but the head's. */
  readonly moved: "binarized" | "all";
  /** Beside a model of other layers: a direction fits the sizes of one model alone. */
  readonly direction?: "own";
}

/** What each diagnostic finds of one run: plain data, all that its table and its figure need. */
export interface Findings {
  readonly "scale-error": readonly LayerScaleError[];
  readonly "attention-entropy": AttentionEntropy;
  readonly "attention-maps": ClassTokenMaps;
  readonly "gradient-mismatch": readonly LayerMismatch[];
  readonly "residual-bypass": ResidualBypass;
  readonly calibration: Calibration;
  readonly "loss-slice": SliceFinding;
  /** Share of binary weights that changed sign in each epoch, 0 … 1; all 0 where nothing is binarized. */
  readonly "flip-share": readonly number[];
}

/** How each diagnostic is taken, of runs side by side. */
type Measures = { readonly [Name in DiagnosticName]: (subjects: readonly Subject[]) => Findings[Name][] };

/** Test images that attention is looked at on. */
const entropyImages = 256;

/** Training images of the one batch that gradients are looked at on. */
const mismatchImages = 64;

/** Training images that the loss is computed on, at every point of a slice. */
const sliceImages = 256;

const measures: Measures = {
  "scale-error": (subjects) => subjects.map(({ record, weights }) => scaleErrors(record.config.model, weights)),
  "attention-entropy": (subjects) =>
    subjects.map(({ record, parameters, dataset }) =>
      attentionEntropy(record.config.model, parameters, dataset, upTo(dataset.test, entropyImages)),
    ),
  "attention-maps": (subjects) =>
    subjects.map(({ record, parameters, dataset }) =>
      classTokenMaps(record.config.model, parameters, dataset, dataset.test),
    ),
  "gradient-mismatch": (subjects) =>
    subjects.map(({ record, weights, dataset }) => {
      const split = upTo(dataset.train, mismatchImages);
      const [batch] = batches(dataset, split, { batchSize: split.count });
      return gradientMismatch(record.config.model, weights, batch);
    }),
  "residual-bypass": (subjects) =>
    subjects.map(({ record, parameters, dataset }) =>
      residualBypass(record.config.model, parameters, dataset, dataset.test),
    ),
  calibration: (subjects) =>
    subjects.map(({ record, parameters, dataset }) =>
      calibration(splitLogits(record.config.model, parameters, dataset, dataset.test), dataset.test.labels),
    ),
  "loss-slice": (subjects) => {
    const models = subjects.map(({ record }) => record.config.model);
    const parts = new Set(models.flatMap((model) => weightLayers(model).filter(isBinarized)).map(({ part }) => part));
    const isShared = new Set(models.map(sizesOf)).size === 1;
    return subjects.map(({ record, weights, dataset }) => {
      const { model } = record.config;
      const its = weightLayers(model).flatMap(({ name, part }) => (parts.has(part) ? [name] : []));
      const layers = parts.size > 0 ? its : undefined;
      return {
        ...lossSlice(model, weights, dataset, upTo(dataset.train, sliceImages), { layers }),
        moved: layers ? "binarized" : "all",
        ...(isShared ? {} : { direction: "own" }),
      };
    });
  },
  "flip-share": (subjects) => subjects.map(({ record }) => record.curve.map(({ flipShare }) => flipShare)),
};

/**
 * Looks into runs in one way.
 *
 * @param name - which diagnostic
 * @param subjects - runs on one data set
 * @returns what was found of each
 */
export const measure = <Name extends DiagnosticName>(name: Name, subjects: readonly Subject[]): Findings[Name][] =>
  measures[name](subjects);

/** Two models with the same of these have directions of the same random numbers. */
const sizesOf = (model: ModelConfig): string =>
  weightLayers(model)
    .map(({ name, inputs, outputs }) => `${name} ${inputs}×${outputs}`)
    .join();

/** The first images of a split, or all. */
const upTo = (split: Split, count: number): Split => firstImages(split, Math.min(count, split.count));
