import { ConfigError } from "../base/errors";
import { pixelStatistics } from "../data/normalization";
import type { ModelConfig } from "../vit/config";
import { expectParameters } from "../vit/expect-parameters";
import type { ParameterArrays } from "../vit/parameters";
import { expectFinite } from "./expect-finite";
import { type FrozenArray, freeze } from "./freeze";
import { unsupported } from "./left";
import { packedShapes, signBytes } from "./packed-config";
import type { Meaning, Origin, PackedModel, PackedTensor } from "./packed-model";

/**
 * Packs a trained model: every binarized weight becomes a bit, and its coefficients are worked out once.
 *
 * @param config - the model
 * @param parameters - its trained parameters
 * @param origin - the run they come from
 * @param meaning - statistics of the pixels and names of the classes; without them the engine takes no raw pixels
 * @throws ConfigError if more is left of a method than the engine can run, or a parameter is missing
 * @throws FileError if a parameter is not finite
 */
export function packModel(
  config: ModelConfig,
  parameters: ParameterArrays,
  origin: Origin,
  { pixels, classNames }: Meaning = {},
): PackedModel {
  const refused = unsupported(config);
  if (refused) throw new ConfigError(`This model cannot be packed: ${refused}. Train another one for the engine.`);
  expectParameters(config, parameters);
  expectFinite(parameters);
  const { config: left, arrays } = freeze(config, parameters);
  const tensors: Record<string, PackedTensor> = {};
  for (const [name, { dtype, shape }] of Object.entries(packedShapes(left))) {
    tensors[name] = { shape, data: dtype === "U8" ? packRows(arrays[name]) : arrays[name].data };
  }
  const meaning = { ...(pixels && { pixels: pixelStatistics(pixels) }), ...(classNames && { classNames }) };
  return { config: left, origin, ...meaning, tensors };
}

/** Plain rows of bits, one row for each output: bit j of the row is 1 where the weight of input j is negative. */
function packRows({ shape: [inputs, outputs], data }: FrozenArray): Uint8Array {
  const width = signBytes(inputs);
  const rows = new Uint8Array(outputs * width);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      if (data[i * outputs + o] < 0) rows[o * width + (i >> 3)] |= 1 << (i & 7);
    }
  }
  return rows;
}
