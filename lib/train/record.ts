import type { Arithmetic } from "../backend/arithmetic";
import type { Dataset } from "../data/dataset";
import type { DatasetConfig } from "../data/dataset-config";
import type { ModelConfig } from "../vit/config";

/** How a model is trained; defaults are filled in. */
export interface TrainingConfig {
  readonly epochs: number;
  readonly batchSize: number;
  /** Peak learning rate, after the warm-up and before the cosine. */
  readonly learningRate: number;
  readonly warmupEpochs: number;
  readonly weightDecay: number;
  /** Largest global gradient norm; larger gradients are scaled down to it. */
  readonly clipNorm: number;
  readonly labelSmoothing: number;
  /** Pixels of zero padding before a random crop; 0 is off. */
  readonly cropPadding: number;
  /** Mirror half of the images. */
  readonly flip: boolean;
  /** What is minimized: the settings of each term, by its name; see `objectives/`. */
  readonly objective: Readonly<Record<string, { readonly weight: number; readonly [setting: string]: unknown }>>;
  /** Folder of a finished run from whose weights this one starts. */
  readonly from?: string;
  /** Weight decay of the weights behind 1-bit ones; as `weightDecay` if left out. */
  readonly latentDecay?: number;
  /** The weights behind 1-bit ones are kept within ± this. */
  readonly latentClip: number | "off";
}

/** What is trained on what, and how. */
export interface RunConfig {
  readonly dataset: DatasetConfig;
  readonly model: ModelConfig;
  readonly training: TrainingConfig;
}

/** Revisions of what a run's numbers depend on, by kind and name; those at 1 are left out. */
export type Revisions = Readonly<Record<string, number>>;

/** One epoch of a training curve. */
export interface EpochRecord {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  /** Learning rate of the epoch's last step. */
  readonly learningRate: number;
  /** Share of binarized weights whose sign changed during the epoch, 0 … 1; 0 if there are none. */
  readonly flipShare: number;
  /** Training throughput, validation not counted. */
  readonly imagesPerSecond: number;
}

/** Where a run was made. */
export interface Environment {
  readonly binvit: string;
  readonly node: string;
  readonly tfjs: string;
  /** What the numbers were computed with: part of the run's identity, since another gives other last digits. */
  readonly arithmetic: Arithmetic;
  readonly platform: string;
  readonly cpu: string;
  /** Bits of the kernels' registers, where more than 128; the numbers do not depend on it. */
  readonly registers?: number;
  /** Threads that shared out every batch, where there was more than one. */
  readonly workers?: number;
}

/** What a model was trained on, and what its inputs must be normalized with. */
export interface DatasetRecord extends Pick<Dataset, "name" | "sha256" | "maxValue" | "mean" | "std" | "classNames"> {
  /** Images of each split. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** A run that another one was made from. */
export interface Origin {
  readonly name: string;
  readonly seed: number;
  readonly weightsSha256: string;
  /** What is the same for all seeds of that run; as `recipeOf` has it. */
  readonly recipe: string;
}

/** `record.json`: everything a table or a figure needs to know of a finished run. */
export interface RunRecord {
  readonly schema: "binvit.run/3";
  /** Name of the row, e.g. `mlp+mhsa/channel`; free text for single runs. */
  readonly name: string;
  readonly config: RunConfig;
  /** Revisions of quantizers, slopes and activation that are not at 1. */
  readonly revisions: Revisions;
  readonly seed: number;
  /** The runs it was made from, by the setting that names them: `from`, `objective.<term>.teacher`. */
  readonly origins?: Readonly<Record<string, Origin>>;
  readonly dataset: DatasetRecord;
  readonly environment: Environment;
  readonly curve: readonly EpochRecord[];
  readonly test: {
    readonly accuracy: number;
    readonly loss: number;
    readonly count: number;
    /** On which images the model was right, base64 of `ImageEvaluation.correct`; not known by records of 0.5 and before. */
    readonly correct?: string;
  };
  /** Bytes of all parameters: as 32-bit floats, and with binarized weights at one bit. */
  readonly bytes: { readonly float: number; readonly packed: number };
  readonly parameters: number;
  /** Wall-clock training time, seconds, resumed parts added up. */
  readonly seconds: number;
  /** SHA-256 of the final weights in the order of their names. */
  readonly weightsSha256: string;
  /** SHA-256 of everything above, as canonical JSON; made by `sealRecord`, checked when the record is read. */
  readonly sha256: string;
}
