import type { InferenceKernels, Pointer } from "../kernels/module";
import { type WeightLayer, weightLayers } from "../vit/layers";
import type { Arena } from "./arena";
import { alphaName, type PackedModel, signsName } from "./packed-model";

/** A layer with a weight matrix, in the engine's memory. */
export interface EngineLayer {
  /** Prefix of its parameters, e.g. `blocks.0.mlp.fc1`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** What is multiplied: floats, floats with signs (W1A32), signs with signs (W1A1). */
  readonly product: "float" | "float-signs" | "signs";
  /** Whether each token's result is multiplied by the mean of its absolute input. */
  readonly tokenScale: boolean;
  /** A float matrix [I, O], plain rows of signs [O, I], or panels of such rows. */
  readonly weight: Pointer;
  /** One float for each output; 0 where there are none. */
  readonly alpha: Pointer;
  readonly bias: Pointer;
}

/** Where a model's weights are. */
export interface Weights {
  readonly layers: ReadonlyMap<string, EngineLayer>;
  /** Every other tensor by its name: norms, class token, position embedding. */
  readonly pointers: ReadonlyMap<string, Pointer>;
}

/** Reserves the memory of all weights. */
export function placeWeights({ config, tensors }: PackedModel, kernels: InferenceKernels, arena: Arena): Weights {
  const [layers, pointers] = [new Map<string, EngineLayer>(), new Map<string, Pointer>()];
  const taken = new Set<string>();
  for (const layer of weightLayers(config)) {
    const { inputs, outputs, binarizer } = layer;
    const name = layer.bias.slice(0, -".bias".length);
    const product = productOf(layer);
    const reserve = (tensor: string, bytes: number) => {
      taken.add(tensor);
      return tensors[tensor] ? arena.reserve(bytes, tensor) : 0;
    };
    const bits =
      product === "signs" ? kernels.panelBytes({ n: outputs, k: inputs }) : tensors[signsName(layer)]?.data.length;
    layers.set(name, {
      ...{ name, inputs, outputs, product },
      tokenScale: binarizer !== "off" && binarizer.activationScale === "token",
      weight: product === "float" ? reserve(layer.weight, 4 * inputs * outputs) : reserve(signsName(layer), bits),
      alpha: reserve(alphaName(layer), 4 * outputs),
      bias: reserve(layer.bias, 4 * outputs),
    });
  }
  for (const [name, { data }] of Object.entries(tensors)) {
    if (!taken.has(name)) pointers.set(name, arena.reserve(data.byteLength, name));
  }
  return { layers, pointers };
}

/**
 * Copies the weights to their places.
 *
 * @param staging - room for the signs of the largest layer, on their way into panels
 */
export function fillWeights(
  { config, tensors }: PackedModel,
  { layers, pointers }: Weights,
  kernels: InferenceKernels,
  memory: WebAssembly.Memory,
  staging: Pointer,
): void {
  const floats = (at: Pointer, { data }: { data: ArrayLike<number> }) =>
    new Float32Array(memory.buffer, at, data.length).set(data);
  for (const [name, at] of pointers) floats(at, tensors[name]);
  for (const layer of weightLayers(config)) {
    const { weight, alpha, bias, product, inputs, outputs } = layers.get(layer.bias.slice(0, -".bias".length))!;
    floats(bias, tensors[layer.bias]);
    if (product === "float") {
      floats(weight, tensors[layer.weight]);
      continue;
    }
    const signs = tensors[signsName(layer)].data;
    const rows = product === "signs" ? staging : weight;
    new Uint8Array(memory.buffer, rows, signs.length).set(signs);
    if (product === "signs") kernels.interleaveSigns({ signs: rows, panels: weight, n: outputs, k: inputs });
    if (alpha === 0) continue;
    const { data } = tensors[alphaName(layer)];
    const factors = new Float32Array(memory.buffer, alpha, outputs);
    for (let o = 0; o < outputs; o++) factors[o] = data[o % data.length]; // one may serve all
  }
}

/** Bytes of the signs of the largest layer that goes into panels. */
export const stagingBytes = ({ config, tensors }: PackedModel): number =>
  Math.max(4, ...weightLayers(config).map((layer) => tensors[signsName(layer)]?.data.length ?? 0));

function productOf({ binarizer }: WeightLayer): EngineLayer["product"] {
  if (binarizer === "off") return "float";
  return binarizer.activation === "sign" ? "signs" : "float-signs";
}
