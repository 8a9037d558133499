import { attentionDistillation } from "./attention-distillation";
import { crossEntropy } from "./cross-entropy";
import { distillation } from "./distillation";
import type { Term } from "./term";
import { unitWeights } from "./unit-weights";

/** Every term that an objective may have. Add yours here. */
export const terms = [
  crossEntropy, // alone, where a run says nothing of its objective
  distillation,
  attentionDistillation,
  unitWeights,
] as readonly Term[];
