import { ConfigError, unknownForm } from "../base/errors";
import type { Binarizer } from "../binarize/binarizer";
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
import { expectFinite, trainedWeight } from "./trained-weight";

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
 * @throws ConfigError if attention products are binarized, which the engine cannot run, or a form is unknown to it
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
  expectFinite(parameters);
  const tensors: Record<string, PackedModel["tensors"][string]> = { ...parameters };
  for (const layer of weightLayers(config)) {
    if (layer.binarizer === "off") continue;
    expectKnown(layer.binarizer);
    const { signs, alpha } = trainedWeight(layer, layer.binarizer, parameters);
    delete tensors[layer.weight];
    delete tensors[layer.scale];
    tensors[signsName(layer)] = { shape: [layer.outputs, signBytes(layer.inputs)], data: packRows(signs, layer) };
    if (alpha) tensors[alphaName(layer)] = { shape: [alpha.length], data: alpha };
  }
  return { config, origin, ...(pixels && { pixels }), ...(classNames && { classNames }), tensors };
}

// What the engine does with an activation is written down there: a form that it does not know must not get into a file.
function expectKnown({ activation, activationScale }: Binarizer): void {
  switch (activation) {
    case "sign":
    case "none":
      break;
    default:
      unknownForm("The engine", "activation", activation);
  }
  switch (activationScale) {
    case "none":
    case "token":
      break;
    default:
      unknownForm("The engine", "activation scale", activationScale);
  }
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
