import type { ModelConfig } from "../../lib/vit/config";
import { type ModelInput, parseModelConfig } from "../../lib/vit/parse-config";

/** A model of a few hundred parameters: 4 patches of 2×2 pixels, 2 channels, 3 classes. */
export const smallSizes = {
  imageSize: 4,
  patchSize: 2,
  channels: 2,
  embedDim: 8,
  depth: 2,
  numHeads: 2,
  mlpDim: 12,
  numClasses: 3,
} as const;

export const smallModel = (changes: Partial<ModelInput> = {}): ModelConfig =>
  parseModelConfig({ ...smallSizes, ...changes });
