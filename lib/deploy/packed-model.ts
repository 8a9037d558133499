import type { Arrays } from "../base/safetensors";
import { scaleCount } from "../binarize/binarizer";
import type { PixelStatistics } from "../data/normalization";
import { signWords } from "../kernels/module";
import type { ModelConfig } from "../vit/config";
import { parameterShapes, type WeightLayer, weightLayers } from "../vit/layers";

/** A trained model as it is deployed: one bit for every binarized weight, and where it comes from. */
export interface PackedModel extends Meaning {
  readonly config: ModelConfig;
  readonly origin: Origin;
  /** As named and shaped by `packedShapes(config)`; signs are bytes, everything else floats. */
  readonly tensors: Arrays<"F32" | "U8">;
}

/** What the numbers that go in and those that come out stand for; not known where a model was made without data. */
export interface Meaning {
  /** Turns the bytes of an image into what the model reads. */
  readonly pixels?: PixelStatistics;
  readonly classNames?: readonly string[];
}

/** The run that a packed model comes from. */
export interface Origin {
  /** Name of the run. */
  readonly name: string;
  readonly seed: number;
  /** What it was trained on; enough to load the test split again. */
  readonly dataset: { readonly name: string; readonly trainLimit?: number; readonly sha256: string };
}

/** Name of the tensor that holds a binarized layer's signs. */
export const signsName = (layer: WeightLayer): string => `${layer.weight}.signs`;

/** Name of the tensor that holds a binarized layer's coefficients. */
export const alphaName = (layer: WeightLayer): string => `${layer.weight}.alpha`;

/** Bytes of one row of signs: whole 32-bit words. */
export const signBytes = (inputs: number): number => 4 * signWords(inputs);

/**
 * Type and shape of every tensor of a packed model.
 *
 * A binarized weight [I, O] is there as signs [O, 4 ⌈I/32⌉], one row for each output, and α [O], or [1] where one
 * coefficient serves all, or none; a learned coefficient is α too. Everything else keeps its name and shape.
 *
 * @param config - the model
 * @returns names in the order data flows
 */
export function packedShapes(config: ModelConfig): Record<string, { dtype: "F32" | "U8"; shape: readonly number[] }> {
  const shapes: Record<string, { dtype: "F32" | "U8"; shape: readonly number[] }> = {};
  const layers = weightLayers(config).filter((layer) => layer.binarizer !== "off");
  const byWeight = new Map(layers.map((layer) => [layer.weight, layer]));
  const scales = new Set(layers.map((layer) => layer.scale));
  for (const [name, shape] of Object.entries(parameterShapes(config))) {
    const layer = byWeight.get(name);
    if (!layer || layer.binarizer === "off") {
      if (!scales.has(name)) shapes[name] = { dtype: "F32", shape };
      continue;
    }
    shapes[signsName(layer)] = { dtype: "U8", shape: [layer.outputs, signBytes(layer.inputs)] };
    const alphas = scaleCount(layer.binarizer.scale, layer.outputs);
    if (alphas > 0) shapes[alphaName(layer)] = { dtype: "F32", shape: [alphas] };
  }
  return shapes;
}

/** Most signs that the kernels count in one product. */
const mostInputs = 65_535;

/** @returns what of a model the engine cannot run, if anything */
export function unsupported(config: ModelConfig): string | undefined {
  const part = (["scores", "values"] as const).find((name) => config.binarize[name] !== "off");
  if (part)
    return `binarize.${part} is not "off", and the engine has no 1-bit attention products: they have no weights`;
  const layers = weightLayers({ ...config, depth: 1 }).filter(({ binarizer }) => binarizer !== "off");
  const inputs = Math.max(...layers.map((layer) => layer.inputs));
  return inputs > mostInputs ? `a layer has ${inputs} inputs, and the engine counts ${mostInputs} signs` : undefined;
}
