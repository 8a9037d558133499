import type { StudyInput } from "../study-config";

/**
 * What the studies on photographs have in common: CIFAR-10, its whole training set, mirrored and shifted, for some epochs.
 *
 * An epoch is two to four minutes of one core, so these are short trainings: they compare, they do not reach what the
 * models could.
 */
export const onCifar10 = (epochs: number) =>
  ({ extends: "cifar-s", training: { epochs, warmupEpochs: epochs / 10 } }) as const satisfies Partial<StudyInput>;
