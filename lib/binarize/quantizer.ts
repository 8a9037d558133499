import type * as tf from "@tensorflow/tfjs";
import type { z } from "zod";
import type { ScaleForm, SteForm } from "../backend/kernel-codes";
import type { Random } from "../base/random";
import type { Slope } from "./slope";

/** Where a quantizer stands. */
export interface Site {
  /** What it binarizes: a weight matrix, the input of one, or an operand of an attention product. */
  readonly role: "weight" | "input" | "query" | "key" | "value" | "probabilities";
  /** Entries of a row that is binarized: I of a layer, the width of all heads of q, k, v, the number of keys. */
  readonly inputs: number;
  /** O of a layer; the number of heads for operands of attention. */
  readonly outputs: number;
  /** Rows that an image has there: N. */
  readonly tokens: number;
  /** Whether what is binarized is never negative, so that its sign would be constant: use {0, 1}. */
  readonly neverNegative: boolean;
}

/** A parameter that belongs to a quantizer and is trained with the model. */
export interface OwnParameter {
  readonly shape: readonly number[];
  /** The number it starts at, or how its numbers are found. */
  readonly start: number | ((seen: Seen) => ArrayLike<number>);
  /**
   * Where it should rather start once the first batch is there.
   *
   * @param x - what that batch brings to the quantizer
   * @returns of its shape
   */
  readonly fromFirstBatch?: (x: tf.Tensor) => tf.Tensor;
}

/** What a parameter may be started from. */
export interface Seen {
  /** The layer's latent weights, row-major [I, O]; empty where there are none. */
  readonly weight: Float32Array;
  readonly random: Random;
}

/** A quantizer's own parameters, by their names. */
export type Own = Readonly<Record<string, tf.Tensor>>;

/** What a quantizer is given beside the tensors. */
export interface Context<Shape extends z.ZodRawShape> {
  readonly settings: z.output<z.ZodObject<Shape>>;
  readonly site: Site;
  /** How much of the training is over, 0 … 1; a trained model is at 1. */
  readonly progress: number;
}

/** What every quantizer says of itself. */
interface Described<Shape extends z.ZodRawShape> {
  /** What `"quantizer"` in a configuration calls it. */
  readonly name: string;
  /** Raised when its numbers change: runs made with another revision are other runs. */
  readonly revision: number;
  /** Its settings, each with a default. */
  readonly settings: Shape;
  /** Its own parameters, by name; the layer's name is put before them. */
  parameters?(site: Site, settings: z.output<z.ZodObject<Shape>>): Readonly<Record<string, OwnParameter>>;
}

/**
 * How a weight matrix becomes one bit a weight: W ≈ α · sign(V).
 *
 * All of it is differentiable: the gradient of sign is the slope's, everything else is differentiated as it is written.
 */
export interface WeightQuantizer<Shape extends z.ZodRawShape = z.ZodRawShape> extends Described<Shape> {
  /**
   * @param weight - W; shape [I, O]
   * @param own - its own parameters
   */
  quantize(weight: tf.Tensor, own: Own, context: Context<Shape>): BinaryLatent;
  /** How many α there are: none (α = 1), one in all, or one for each output. */
  factors(settings: z.output<z.ZodObject<Shape>>): "none" | "one" | "per-output";
  /** What the fused kernels are told to do the same in one pass, where they can. */
  kernel?(settings: z.output<z.ZodObject<Shape>>): WeightKernel | undefined;
}

/** What is binarized in place of a weight, and the coefficient. */
export interface BinaryLatent {
  /** V; shape [I, O]. */
  readonly latent: tf.Tensor;
  /** The derivative of sign at V. */
  readonly slope: Slope;
  /** α; shape [1, O] or [1, 1]; none where it is 1. */
  readonly factor?: tf.Tensor;
}

/** A weight's binarization as the fused kernels name it. */
export interface WeightKernel {
  readonly scale: ScaleForm;
  readonly scaleGradient: "product" | "detached";
  readonly center: boolean;
  readonly ste: SteForm;
}

/**
 * How an input becomes one bit a number: x ≈ β · sign(x − τ), or β · [x ≥ τ].
 *
 * What stands here is also what is left after training: packed files and ONNX are made from the same rule.
 */
export interface InputQuantizer<Shape extends z.ZodRawShape = z.ZodRawShape> extends Described<Shape> {
  /**
   * @param x - what is binarized; gains and factors may depend on it, thresholds only by `share`
   * @param own - its own parameters
   */
  rule(x: tf.Tensor, own: Own, context: Context<Shape>): InputRule | readonly InputRule[];
  /** What is left of it, known before there are any numbers; a plain sign where it is left out. */
  left?(site: Site, settings: z.output<z.ZodObject<Shape>>): Left;
  /** Where it cannot stand, and why, as a sentence; anywhere where it is left out. */
  refuses?(site: Site): string | undefined;
}

/** How one input is read. Several of them are superposed: their results are added. */
export interface InputRule {
  /** τ; shape [I], or [1]; of probabilities [1], or [H, 1, 1]. None where it is 0. */
  readonly threshold?: tf.Tensor;
  /** Of probabilities: this share of the row's largest, a constant to the gradient, comes on top of τ. */
  readonly share?: number;
  /** The slope is taken at (x − τ) · gain; positive; 1 where it is left out. */
  readonly gain?: tf.Tensor;
  readonly slope: Slope;
  /** Whether a bit stands for ±1 or for 0 and 1; `real` where x stays as it is and only has a factor. */
  readonly levels?: "signs" | "zero-one" | "real";
  /**
   * β: nothing is 1; `token` the mean of abs(x) of each row, without gradient; `kept` (of probabilities) the mean of what
   * is kept of each row; a tensor a learned number, [1], or one for each token, [N, 1]; or what a function makes of x.
   */
  readonly factor?: "token" | "kept" | tf.Tensor | ((x: tf.Tensor) => tf.Tensor);
}

/** What is left of an input's quantizer after training. */
export interface Left {
  /** How many τ there are. */
  readonly thresholds: number;
  /** `other` is a factor that neither a packed file nor ONNX can hold. */
  readonly factor: "none" | "one" | "token" | "position" | "kept" | "other";
  readonly levels: "signs" | "zero-one" | "real";
  /** Whether thresholds of probabilities follow the largest of the row, by `share`; then τ may be left out of a rule. */
  readonly shares?: boolean;
  /** How many rules are superposed. */
  readonly rules?: number;
}

/** A plain sign. */
export const plainSigns: Left = { thresholds: 0, factor: "none", levels: "signs" };

/** @returns the same, with the type of its settings known inside and forgotten outside */
export const weightQuantizer = <Shape extends z.ZodRawShape>(quantizer: WeightQuantizer<Shape>): WeightQuantizer =>
  quantizer as unknown as WeightQuantizer;

/** @returns the same, with the type of its settings known inside and forgotten outside */
export const inputQuantizer = <Shape extends z.ZodRawShape>(quantizer: InputQuantizer<Shape>): InputQuantizer =>
  quantizer as unknown as InputQuantizer;
