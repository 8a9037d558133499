import { signWords } from "../kernels/module";
import { type BinarizableLayer, numTokens, type Sizes, shiftName } from "../vit/config";
import { type Linear, linears } from "../vit/linears";

/** How many there are of a number: none, one for all, or one for each output, input or channel. */
export type Count = "none" | "one" | "each";

/** What is left of a binarized layer: y = (a(x) · S) · α · β + bias, a(x) = sign(x − τ) or x. */
export interface PackedLayer {
  readonly inputs: "float" | "signs";
  /** α. */
  readonly alpha: Count;
  /** τ. */
  readonly threshold: Count;
  /** β: 1, the mean of abs(x) of each token, or a number for each token. */
  readonly factor: "none" | "token" | "position";
}

/** What is left of binarized scores: ((sign(q − τ) · sign(k − τ)) · β · β) · scale + table. */
export interface PackedScores {
  readonly threshold: Count;
  readonly factor: "none" | "token";
  readonly correction: "none" | "table";
}

/** What is left of binarized probabilities and values: Σ α_l ([A ≥ t_l + r_l M] · sign(v − τ)) · γ, M the row's largest. */
export interface PackedValues {
  /** How many thresholds t each head has. */
  readonly levels: number;
  /** r, one for each t; 0 where there are none. */
  readonly share: "none" | "each";
  /** α: a number, or the mean of what is kept of each row. */
  readonly factor: "constant" | "kept";
  readonly threshold: Count;
  /** γ. */
  readonly scale: "none" | "one";
}

/** A packed model's architecture: all that the engine has to know of it. No method's name occurs here. */
export interface PackedConfig extends Sizes {
  readonly activation: "gelu" | "relu" | "knee";
  /** By what is binarized; `conv2` is the second convolution of a stem, where there is one. */
  readonly layers: { readonly [part in BinarizableLayer]: PackedLayer | "float" } & {
    readonly conv2?: PackedLayer | "float";
  };
  readonly scores: PackedScores | "float";
  readonly values: PackedValues | "float";
}

/** A layer with a weight matrix, and what is left of it. */
export interface PackedLinear extends Linear {
  readonly form: PackedLayer | "float";
}

/** @returns under which name a layer's form is found in `PackedConfig.layers`; the head is always float */
export const formKey = ({ part, readsHidden }: Linear): keyof PackedConfig["layers"] | "head" =>
  part === "conv" && readsHidden ? "conv2" : part;

/** @returns what is left of a layer */
export function formOf({ layers }: PackedConfig, linear: Linear): PackedLayer | "float" {
  const key = formKey(linear);
  return key === "head" ? "float" : layers[key]!;
}

/** @returns every layer with a weight matrix, in the order data flows */
export const packedLinears = (config: PackedConfig): PackedLinear[] =>
  linears(config).map((linear) => ({ ...linear, form: formOf(config, linear) }));

/** Name of the tensor that holds a binarized layer's signs. */
export const signsName = ({ weight }: Pick<Linear, "weight">): string => `${weight}.signs`;

/** Name of the tensor that holds a binarized layer's coefficients. */
export const alphaName = ({ weight }: Pick<Linear, "weight">): string => `${weight}.alpha`;

/** Bytes of one row of signs: whole 32-bit words. */
export const signBytes = (inputs: number): number => 4 * signWords(inputs);

/** Type and shape of a tensor in a file. */
export interface PackedShape {
  readonly dtype: "F32" | "U8";
  readonly shape: readonly number[];
}

/**
 * Type and shape of every tensor of a packed model.
 *
 * A binarized weight [I, O] is there as signs [O, 4 ⌈I/32⌉], one row for each output.
 *
 * @param config - the architecture
 * @returns names in the order data flows
 */
export function packedShapes(config: PackedConfig): Record<string, PackedShape> {
  const shapes: Record<string, PackedShape> = {};
  const floats = (name: string, ...shape: readonly number[]) => {
    shapes[name] = { dtype: "F32", shape };
  };
  const several = (name: string, count: Count, each: number) => {
    if (count !== "none") floats(name, count === "one" ? 1 : each);
  };
  const { embedDim, numHeads, scores, values } = config;
  const norm = (name: string) => {
    floats(`${name}.gamma`, embedDim);
    floats(`${name}.beta`, embedDim);
  };
  for (const layer of packedLinears(config)) {
    const { name, part, inputs, outputs, form, tokens, window, activation } = layer;
    const block = name.split(".").slice(0, 2).join(".");
    if (part === "qkv") norm(`${block}.norm1`);
    if (part === "fc1") {
      norm(`${block}.norm2`);
      for (const distance of config.shift) {
        for (const own of ["scale", "offset"]) floats(`${shiftName(`${block}.mlp`, distance)}.${own}`, 3, embedDim);
      }
    }
    if (part === "head") norm("norm");
    if (form === "float") {
      floats(layer.weight, ...(window ? [window.kernel, window.kernel, window.channels] : [inputs]), outputs);
    } else {
      shapes[signsName(layer)] = { dtype: "U8", shape: [outputs, signBytes(inputs)] };
      several(alphaName(layer), form.alpha, outputs);
    }
    floats(layer.bias, outputs);
    if (form !== "float") several(`${name}.threshold`, form.threshold, inputs);
    if (form !== "float" && form.factor === "position") floats(`${name}.position`, tokens);
    if (activation && config.activation === "knee") {
      for (const own of ["knee", "slope", "offset"]) floats(`${activation}.${own}`, outputs);
    }
    if (part === "conv" && !activation) {
      if (config.pooling === "class-token") floats("classToken", 1, 1, embedDim);
      floats("positionEmbedding", 1, numTokens(config), embedDim);
    }
    if (part === "qkv" && scores !== "float") {
      floats(`${block}.attention.scores.scale`, 1);
      for (const role of ["query", "key"]) {
        several(`${block}.attention.scores.${role}.threshold`, scores.threshold, embedDim);
      }
      if (scores.correction === "table")
        floats(`${block}.attention.scores.correction`, numHeads, embedDim / numHeads + 1);
    }
    if (part === "qkv" && values !== "float") {
      floats(`${block}.attention.values.probabilities.threshold`, numHeads, values.levels);
      if (values.share === "each") floats(`${block}.attention.values.probabilities.share`, numHeads, values.levels);
      if (values.factor === "constant")
        floats(`${block}.attention.values.probabilities.alpha`, numHeads, values.levels);
      several(`${block}.attention.values.value.threshold`, values.threshold, embedDim);
      if (values.scale === "one") floats(`${block}.attention.values.value.scale`, 1);
    }
  }
  return shapes;
}
