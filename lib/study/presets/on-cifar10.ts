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

/**
 * The same for questions that need many rows: five epochs of 10,000 of the images, a minute or five a row.
 *
 * @param study - on digits
 * @param rows - where they are not the same as on digits
 */
export const onFewOfCifar10 = (study: StudyInput, rows = study.rows): StudyInput => ({
  ...onCifar10(study, 5, rows),
  dataset: { trainLimit: 10_000 },
});
