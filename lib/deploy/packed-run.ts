import type { RunRecord } from "../train/record";
import type { ParameterArrays } from "../vit/parameters";
import { packModel } from "./pack";
import type { PackedModel } from "./packed-model";

/**
 * Packs a finished run.
 *
 * @param record - says what model it is and what it was trained on
 * @param parameters - its weights
 * @throws ConfigError if the engine cannot run that model
 */
export function packedRun({ name, seed, config, dataset }: RunRecord, parameters: ParameterArrays): PackedModel {
  const { folder: _, ...trained } = config.dataset; // where files lie is of no use elsewhere
  const { sha256, classNames } = dataset;
  const origin = { name, seed, dataset: { ...trained, sha256 } };
  return packModel(config.model, parameters, origin, { pixels: dataset, classNames });
}
