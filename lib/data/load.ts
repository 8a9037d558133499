import { ConfigError } from "../base/errors";
import { assembleDataset } from "./assemble";
import { checkRead } from "./check-content";
import { contentSha256 } from "./content-sha256";
import type { Dataset } from "./dataset";
import type { DatasetConfig } from "./dataset-config";
import type { DatasetInfo } from "./dataset-info";
import { readOfficial } from "./official";
import { datasetNames, datasets, isDatasetName } from "./sets/index";
import { firstImages } from "./stratify";

/**
 * Reads or generates a data set whole, with the statistics that normalize it.
 *
 * Statistics and checksum are those of what is returned, so they follow `trainLimit`.
 *
 * @param config - which data set, from which folder, how much of its training split
 * @throws ConfigError if the name is unknown or `trainLimit` is not a number of images that are there
 * @throws DataError if files are missing, truncated, damaged or of another format, or images are not as it is described
 *
 * @example
 * const digits = await loadDataset({ name: "digits" });
 * digits.train.count; // 1257
 */
export async function loadDataset(config: DatasetConfig): Promise<Dataset> {
  if (!isDatasetName(config.name)) {
    throw new ConfigError(`There is no data set "${config.name}"; expected one of ${datasetNames.join(", ")}.`);
  }
  const info: DatasetInfo = datasets[config.name];
  const limit = config.trainLimit ?? info.train;
  if (!Number.isInteger(limit) || limit < 1 || limit > info.train) {
    throw new ConfigError(`trainLimit is ${limit}, expected a whole number from 1 to ${info.train}, \
the training images of ${info.name}.`);
  }
  const content = await (info.source ? readOfficial(info, config.folder) : info.read());
  checkRead(info, content);
  const chosen = { ...content, train: firstImages(content.train, limit) };
  return assembleDataset(info, chosen, await contentSha256(chosen));
}
