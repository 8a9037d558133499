import type { StudyInput } from "../study-config";

/**
 * A study of digits on photographs: CIFAR-10, its whole training set, mirrored and shifted, for some epochs.
 *
 * An epoch is two to four minutes of one core, so these are short trainings: they compare, they do not reach what the
 * models could.
 *
 * @param study - on digits
 * @param epochs - of every row
 * @param rows - where they are not the same as on digits
 */
export const onCifar10 = (study: StudyInput, epochs: number, rows = study.rows): StudyInput => ({
  ...study,
  name: `${study.name}-cifar10`,
  extends: "cifar-s",
  training: { epochs, warmupEpochs: epochs / 10 },
  rows,
});
