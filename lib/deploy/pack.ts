import * as tf from "@tensorflow/tfjs";
import { isKernelScale } from "../backend/kernel-codes";
import { hasKernels, kernels } from "../backend/kernels";
import { readFloats } from "../backend/read";
import { type Binarizer, scaleCount } from "../binarize/binarizer";
import { signsAndFactor } from "../binarize/weight";
import { ConfigError, FileError } from "../errors";
import type { ModelConfig } from "../vit/config";
import { type WeightLayer, weightLayers } from "../vit/layers";
import type { ParameterArrays } from "../vit/parameters";
import {
  alphaName,
  type Meaning,
  type Origin,
  type PackedModel,
  signBytes,
  signsName,
  unsupported,
} from "./packed-model";

/**
 * Packs a trained model: every binarized weight becomes a bit, and its coefficients are worked out once.
 *
 * Signs and coefficients come from what training uses on the current backend, so a form of the coefficient that is added
 * there can be packed at once, and on the wasm backend they are the simulation's to the last bit.
 *
 * @param config - the model
 * @param parameters - its trained parameters
 * @param origin - the run they come from
 * @param meaning - statistics of the pixels and names of the classes; without them the engine takes no raw pixels
 * @throws ConfigError if attention products are binarized, which the engine cannot run
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
  for (const [name, { data }] of Object.entries(parameters)) {
    if (data.every(Number.isFinite)) continue;
    throw new FileError(`Parameter "${name}" holds numbers that are not finite: the training diverged. Train again.`);
  }
  const tensors: Record<string, PackedModel["tensors"][string]> = { ...parameters };
  for (const layer of weightLayers(config)) {
    if (layer.binarizer === "off") continue;
    const { signs, alpha } = binarized(layer, layer.binarizer, parameters);
    delete tensors[layer.weight];
    delete tensors[layer.scale];
    tensors[signsName(layer)] = { shape: [layer.outputs, signBytes(layer.inputs)], data: packRows(signs, layer) };
    const count = scaleCount(layer.binarizer.scale, layer.outputs);
    if (count > 0) tensors[alphaName(layer)] = { shape: [count], data: alpha.slice(0, count) };
  }
  return { config, origin, ...(pixels && { pixels }), ...(classNames && { classNames }), tensors };
}

/** sign(V) [I, O] and α, one or one for each output. */
function binarized({ weight, scale, inputs, outputs }: WeightLayer, how: Binarizer, parameters: ParameterArrays) {
  const tensors = tf.tidy(() => {
    const latent = tf.tensor(parameters[weight].data, [inputs, outputs]);
    const learned = parameters[scale] && tf.tensor(parameters[scale].data, [...parameters[scale].shape]);
    if (hasKernels() && isKernelScale(how.scale)) {
      return kernels.binarizeWeight(latent, { scale: how.scale, center: how.center }, learned);
    }
    const { signs, factor } = signsAndFactor(latent, how, learned);
    return [signs, factor ?? tf.ones([1])];
  });
  const [signs, alpha] = tensors.map((tensor) => readFloats(tensor));
  tf.dispose(tensors);
  return { signs, alpha };
}

/** Plain rows of bits, one row for each output: bit j of the row is 1 where the weight of input j is negative. */
function packRows(signs: Float32Array, { inputs, outputs }: WeightLayer): Uint8Array {
  const width = signBytes(inputs);
  const rows = new Uint8Array(outputs * width);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      if (signs[i * outputs + o] < 0) rows[o * width + (i >> 3)] |= 1 << (i & 7);
    }
  }
  return rows;
}
