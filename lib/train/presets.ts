import type { ModelInput } from "../vit/parse-config";
import type { RunConfig } from "./record";

/** A preset is written like a configuration file; `binarize` is off in all of them, and
 * what is left out is the default. */
interface Preset {
  readonly dataset: RunConfig["dataset"];
  readonly model: ModelInput;
  readonly training: Omit<RunConfig["training"], "objective" | "latentClip">;
}

/** 32×32 colour images as 65 tokens of width 128. */
const cifarSized = {
  imageSize: 32,
  patchSize: 4,
  channels: 3,
  embedDim: 128,
  depth: 4,
  numHeads: 4,
  mlpDim: 256,
  numClasses: 10,
} as const;

/** The configurations that `binvit train NAME` and `"extends": "NAME"` know. */
export const presets = {
  /** The quick study's model: 8×8 digits, 17 tokens. Measured in data/results/quick. */
  digits: {
    dataset: { name: "digits" },
    model: {
      imageSize: 8,
      patchSize: 2,
      channels: 1,
      embedDim: 64,
      depth: 4,
      numHeads: 4,
      mlpDim: 128,
      numClasses: 10,
    },
    training: {
      epochs: 25,
      batchSize: 64,
      learningRate: 2e-3,
      warmupEpochs: 2,
      weightDecay: 0.05,
      clipNorm: 1,
      labelSmoothing: 0,
      cropPadding: 0,
      flip: false,
    },
  },
  /** The CIFAR-sized model on generated images: 32×32 colour, 65 tokens, no download. */
  shapes: {
    dataset: { name: "shapes" },
    model: cifarSized,
    training: {
      epochs: 10,
      batchSize: 64,
      learningRate: 1e-3,
      warmupEpochs: 1,
      weightDecay: 0.05,
      clipNorm: 1,
      labelSmoothing: 0.1,
      cropPadding: 0,
      flip: false,
    },
  },
  /** CIFAR-10 on the same model; get the data with `binvit data download cifar10`. */
  "cifar-s": {
    dataset: { name: "cifar10" },
    model: cifarSized,
    training: {
      epochs: 20,
      batchSize: 64,
      learningRate: 1e-3,
      warmupEpochs: 2,
      weightDecay: 0.05,
      clipNorm: 1,
      labelSmoothing: 0.1,
      cropPadding: 4,
      flip: true,
    },
  },
} as const satisfies Record<string, Preset>;

/** A name in `presets`. */
export type PresetName = keyof typeof presets;
