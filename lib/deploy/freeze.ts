import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { leftOfLayer, leftOfScores, leftOfValues } from "../binarize/left-of";
import type { Own } from "../binarize/quantizer";
import { type ModelConfig, numTokens } from "../vit/config";
import type { ParameterArrays } from "../vit/parameters";
import { type Place, type ProductPlace, places } from "../vit/places";
import { packedConfig } from "./left";
import { formOf, type PackedConfig } from "./packed-config";

/** Numbers with their shape. */
export interface FrozenArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A trained model without anything that only training needs: what pack, engine and ONNX are made from. */
export interface FrozenModel {
  readonly config: PackedConfig;
  /** As named by `packedShapes`, but that signs are ±1 as floats, [I, O]. */
  readonly arrays: Readonly<Record<string, FrozenArray>>;
}

/**
 * What is left of a trained model.
 *
 * Every number comes from what the forward pass multiplies with on the current backend, at the end of training: a method
 * that is added there is known here at once, and on the wasm backend the numbers are the simulation's to the last bit.
 *
 * @param config - the model; one that `unsupported` has nothing against
 * @param parameters - its trained parameters
 */
export function freeze(config: ModelConfig, parameters: ParameterArrays): FrozenModel {
  const left = packedConfig(config);
  const arrays: Record<string, FrozenArray> = {};
  const put = (name: string, tensor: tf.Tensor | undefined, shape = tensor?.shape) => {
    if (tensor && shape) arrays[name] = { shape, data: readFloats(tensor).slice() };
  };
  for (const place of places(config)) {
    tf.tidy(() => {
      if (place.kind === "linear" && place.binarizer !== "off") {
        const { name, weight, bias, inputs, outputs } = place;
        const form = formOf(left, place);
        const tensors = own(place, parameters);
        const all = {
          ...tensors,
          weight: toTensor(parameters[weight], [inputs, outputs]),
          bias: toTensor(parameters[bias]),
        };
        const alphas = form === "float" ? "none" : form.alpha;
        const layer = leftOfLayer(all, place.binarizer, place.site, alphas);
        put(`${weight}.signs`, layer.signs);
        if (alphas !== "none") put(`${weight}.alpha`, layer.alpha, [alphas === "one" ? 1 : outputs]);
        put(bias, layer.bias);
        const { threshold, factor } = layer.rule ?? {};
        if (threshold) put(`${name}.threshold`, threshold, [threshold.size]);
        if (form !== "float" && form.factor === "position")
          put(`${name}.position`, factor as tf.Tensor, [place.tokens]);
      } else if (place.kind === "product") freezeProduct(config, place, parameters, put);
      else {
        const prefix = place.kind === "activation" && left.activation !== "knee" ? undefined : place.name;
        for (const { name } of prefix === undefined ? [] : place.parameters) arrays[name] = parameters[name];
      }
    });
  }
  return { config: left, arrays };
}

function freezeProduct(
  config: ModelConfig,
  place: ProductPlace,
  parameters: ParameterArrays,
  put: (name: string, tensor: tf.Tensor | undefined, shape?: number[]) => void,
): void {
  const { embedDim, numHeads } = config;
  const sizes = [numHeads, embedDim / numHeads, numTokens(config)] as const;
  const tensors = own(place, parameters);
  const threshold = (role: string, tensor: tf.Tensor | undefined) =>
    put(`${place.name}.${role}.threshold`, tensor, tensor && [tensor.size]);
  if (place.part === "scores" && place.binarizer !== "off") {
    const { scale, query, key, correction } = leftOfScores(place.binarizer, tensors, ...sizes);
    put(`${place.name}.scale`, scale, [1]);
    threshold("query", query);
    threshold("key", key);
    put(`${place.name}.correction`, correction);
  }
  if (place.part === "values" && place.binarizer !== "off") {
    const left = leftOfValues(place.binarizer, tensors, ...sizes);
    put(`${place.name}.probabilities.threshold`, left.thresholds);
    put(`${place.name}.probabilities.share`, left.shares);
    put(`${place.name}.probabilities.alpha`, left.alpha);
    threshold("value", left.threshold);
    put(`${place.name}.value.scale`, left.scale);
  }
}

/** A place's own parameters as tensors, by the names that its quantizers know. */
const own = ({ name, parameters }: Place, arrays: ParameterArrays): Own =>
  Object.fromEntries(
    parameters.flatMap((parameter) =>
      "own" in parameter.start ? [[parameter.name.slice(name.length + 1), toTensor(arrays[parameter.name])]] : [],
    ),
  );

const toTensor = ({ shape, data }: FrozenArray, as: readonly number[] = shape): tf.Tensor => tf.tensor(data, [...as]);
