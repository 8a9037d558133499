import type { StudyInput } from "../study-config";

/** What the studies on photographs have in common: the whole training set, mirrored and shifted, for a few epochs. */
export const shortCifar10 = {
  extends: "cifar-s",
  training: { epochs: 5, warmupEpochs: 0.5 },
} as const satisfies Partial<StudyInput>;
