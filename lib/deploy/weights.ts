import type { InferenceKernels, Pointer } from "../kernels/module";
import type { Arena } from "./arena";
import { alphaName, type PackedLinear, packedLinears, signsName } from "./packed-config";
import type { PackedModel } from "./packed-model";

/** A layer with a weight matrix, in the engine's memory. */
export interface EngineLayer {
  /** Prefix of its parameters, e.g. `blocks.0.mlp.fc1`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** What is multiplied: floats, floats with signs (W1A32), signs with signs (W1A1). */
  readonly product: "float" | "float-signs" | "signs";
  /** What each token's result is multiplied by: nothing, the mean of its absolute input, or a number for its place. */
  readonly factor: "none" | "token" | "position";
  /** A float matrix [I, O], plain rows of signs [O, I], or panels of such rows. */
  readonly weight: Pointer;
  /** One float for each output; 0 where there are none. */
  readonly alpha: Pointer;
  readonly bias: Pointer;
  /** One float for each input; 0 where there are none. */
  readonly threshold: Pointer;
}

/** Where a model's weights are. */
export interface Weights {
  readonly layers: ReadonlyMap<string, EngineLayer>;
  /** Every other tensor by its name: norms, embeddings, what attention and activations need. */
  readonly pointers: ReadonlyMap<string, Pointer>;
}

/** How many floats a tensor takes there: one number that serves all channels is repeated for each. */
function spread({ config: { embedDim } }: PackedModel, name: string, length: number): number {
  return length === 1 && /\.(query|key|value)\.(threshold|scale)$/.test(name) ? embedDim : length;
}

/** Reserves the memory of all weights. */
export function placeWeights(model: PackedModel, kernels: InferenceKernels, arena: Arena): Weights {
  const { config, tensors } = model;
  const [layers, pointers] = [new Map<string, EngineLayer>(), new Map<string, Pointer>()];
  const taken = new Set<string>();
  for (const layer of packedLinears(config)) {
    const { name, inputs, outputs, form } = layer;
    const product = productOf(layer);
    const reserve = (tensor: string, bytes: number) => {
      taken.add(tensor);
      return tensors[tensor] ? arena.reserve(bytes, tensor) : 0;
    };
    const bits =
      product === "signs" ? kernels.panelBytes({ n: outputs, k: inputs }) : tensors[signsName(layer)]?.data.length;
    layers.set(name, {
      ...{ name, inputs, outputs, product },
      factor: form === "float" ? "none" : form.factor,
      weight: product === "float" ? reserve(layer.weight, 4 * inputs * outputs) : reserve(signsName(layer), bits),
      alpha: reserve(alphaName(layer), 4 * outputs),
      bias: reserve(layer.bias, 4 * outputs),
      threshold: reserve(`${name}.threshold`, 4 * inputs),
    });
  }
  for (const [name, { data }] of Object.entries(tensors)) {
    if (!taken.has(name)) pointers.set(name, arena.reserve(4 * spread(model, name, data.length), name));
  }
  return { layers, pointers };
}

/**
 * Copies the weights to their places.
 *
 * @param staging - room for the signs of the largest layer, on their way into panels
 */
export function fillWeights(
  model: PackedModel,
  { layers, pointers }: Weights,
  kernels: InferenceKernels,
  memory: WebAssembly.Memory,
  staging: Pointer,
): void {
  const { config, tensors } = model;
  const floats = (at: Pointer, { data }: { data: ArrayLike<number> }, count = data.length) => {
    const view = new Float32Array(memory.buffer, at, count);
    for (let i = 0; i < count; i += data.length) view.set(data, i); // one may serve all
  };
  for (const [name, at] of pointers) floats(at, tensors[name], spread(model, name, tensors[name].data.length));
  for (const layer of packedLinears(config)) {
    const { weight, alpha, bias, threshold, product, inputs, outputs } = layers.get(layer.name)!;
    floats(bias, tensors[layer.bias]);
    if (product === "float") {
      floats(weight, tensors[layer.weight]);
      continue;
    }
    const signs = tensors[signsName(layer)].data;
    const rows = product === "signs" ? staging : weight;
    new Uint8Array(memory.buffer, rows, signs.length).set(signs);
    if (product === "signs") kernels.interleaveSigns({ signs: rows, panels: weight, n: outputs, k: inputs });
    if (alpha !== 0) floats(alpha, tensors[alphaName(layer)], outputs);
    if (threshold !== 0) floats(threshold, tensors[`${layer.name}.threshold`], inputs);
  }
}

/** Bytes of the signs of the largest layer that goes into panels. */
export const stagingBytes = ({ config, tensors }: PackedModel): number =>
  Math.max(4, ...packedLinears(config).map((layer) => tensors[signsName(layer)]?.data.length ?? 0));

function productOf({ form }: PackedLinear): EngineLayer["product"] {
  if (form === "float") return "float";
  return form.inputs === "signs" ? "signs" : "float-signs";
}
