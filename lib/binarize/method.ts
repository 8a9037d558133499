import type { Activation } from "./activation";
import type { InputQuantizer, WeightQuantizer } from "./quantizer";

/** A quantizer, and the settings in which a method differs from its defaults. */
export interface Use<Q> {
  readonly quantizer: Q;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** @returns a quantizer as a method uses it */
export const use = <Q>(quantizer: Q, settings: Use<Q>["settings"] = {}): Use<Q> => ({ quantizer, settings });

/**
 * A way to binarize a transformer: what its paper says of weights, inputs and attention.
 *
 * One file each in this folder's `methods/`, and one line in `methods/index.ts`.
 */
export interface Method {
  /** As the field calls it. */
  readonly title: string;
  /** Authors, title, year. */
  readonly reference: string;
  /** Left out, weights stay float. */
  readonly weight?: Use<WeightQuantizer>;
  /** Left out, inputs stay float. */
  readonly input?: Use<InputQuantizer>;
  /** Of q, k and v; as `input` where it is left out. */
  readonly operand?: Use<InputQuantizer>;
  /** Of attention probabilities; those of at least 1/N are kept where it is left out. */
  readonly probabilities?: Use<InputQuantizer>;
  /** Whether scores get a learned correction each. */
  readonly correction?: "table";
  /** What its paper binarizes, and its rows in the study of methods: layers where it is left out. */
  readonly about?: readonly ("layers" | "attention")[];
  /** What its models have between fc1 and fc2, by the name that `model.activation` knows it by; GELU if left out. */
  readonly activation?: string;
  /** Activations that it brings along, by the name that `model.activation` knows them by. */
  readonly activations?: Readonly<Record<string, Activation>>;
}
