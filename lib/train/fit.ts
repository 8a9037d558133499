import { ConfigError } from "../base/errors";
import { checkContent } from "../data/check-content";
import type { Dataset } from "../data/dataset";
import type { Sizes } from "../vit/config";

/**
 * @param isTrained - whether the model can no longer be changed
 * @throws ConfigError if image size, channels or classes of model and data differ
 */
export function checkSizes(
  model: Sizes,
  { name, ...data }: Pick<Dataset, "name" | (typeof shared)[number]>,
  isTrained = false,
): void {
  for (const key of shared) {
    if (model[key] !== data[key]) {
      throw new ConfigError(
        `model.${key} is ${model[key]}, but ${name} has ${data[key]}. ` +
          (isTrained ? `The model is trained: choose data of its ${key}.` : `Set model.${key}=${data[key]}.`),
      );
    }
  }
}

const shared = ["imageSize", "channels", "numClasses"] as const;

/**
 * @throws ConfigError if image size, channels or classes of model and data differ, or the data's own numbers do
 * @throws DataError if its images are not as it says
 */
export function checkFit(model: Sizes, dataset: Dataset): void {
  checkSizes(model, dataset);
  const { mean, std, classNames } = dataset;
  if (mean.length !== model.channels || std.length !== model.channels || classNames.length !== model.numClasses) {
    throw new ConfigError(
      `${dataset.name} needs mean and std of ${model.channels} numbers and ${model.numClasses} classNames, ` +
        `has ${mean.length}, ${std.length} and ${classNames.length}.`,
    );
  }
  checkContent(dataset, dataset);
}
