import { fromFloat16, toFloat16 } from "../base/float16";
import { classTokenOfSameSigns } from "./kept-signs";
import type { PackedModel, PackedTensor } from "./packed-model";
import { stacks } from "./stored-tensors";

/** To how many bits the floats of a packed model can be rounded; 32 leaves them as they are. */
export type FloatBits = 32 | 16 | 8;

/**
 * What is compared with, and what attention's probabilities are weighted with, stays as it is: a probability is often
 * exactly 1/T, or a sum of levels exactly 0, and then the last bit decides a sign for every image.
 */
const exact = /\.(threshold|share|knee)$|\.probabilities\./;

/** A matrix that is multiplied with has a step for each output, everything else one. */
const matrix = /\.(weight|kernel)$/;

/** The largest whole multiple of a step that 8 bits hold. */
const most = 127;

/** Smaller tensors have 16 bits where 8 are asked for: to name their steps would take more than is saved. */
const least = 100;

/**
 * Rounds what is float in a packed model, so that a file needs fewer bits for it; signs stay what they are.
 *
 * 16: to the nearest float16 number. 8: x ≈ q · s with a whole q from −127 to 127 and a step s of four significant bits,
 * the smallest that reaches the largest |x|; q is the nearest to x/s. Where 0 would be nearest and x is not 0, it becomes
 * the smallest number of its sign, ±2⁻²⁴ or ±s: a sum of signs is often exactly 0, and then that of the bias decides.
 *
 * Numbers have at most eleven significant bits afterwards, so that sums of thousands of equal ones are exact. These stay
 * in 32 bits: what is compared with (thresholds, shares, knees), what probabilities are weighted with, single numbers, a
 * class token whose signs the first block reads (it is moved so that they stay), and whatever fewer bits cannot say: a tensor with a number that would become infinite, or with none above 2⁻¹⁴ in size,
 * where float16 is coarse. What stays in one block stays in all.
 *
 * @param model - as `packModel` makes it
 * @param bits - of each float
 * @returns a model that its file says to the last bit
 */
export function roundFloats(model: PackedModel, bits: FloatBits): PackedModel {
  if (bits === 32) return model;
  const tensors: Record<string, PackedTensor> = { ...model.tensors };
  for (const [stack, names] of stacks(Object.keys(tensors))) {
    const parts = names.map((name) => model.tensors[name]).filter(isFloat);
    const length = parts.reduce((sum, { data }) => sum + data.length, 0);
    if (parts.length === 0 || parts[0].data.length === 1 || exact.test(stack)) continue;
    const rounded = parts.map((part) => (bits === 8 && length >= least ? to8(part, matrix.test(stack)) : to16(part)));
    if (rounded.some((part) => part === undefined)) continue;
    for (const [i, name] of names.entries()) tensors[name] = rounded[i]!;
  }
  const classToken = classTokenOfSameSigns(model, tensors);
  if (classToken) tensors.classToken = { shape: tensors.classToken.shape, data: classToken };
  return { ...model, tensors };
}

type FloatTensor = PackedTensor & { readonly data: Float32Array };

const isFloat = (tensor: PackedTensor): tensor is FloatTensor => tensor.data instanceof Float32Array;

function to16({ shape, data }: FloatTensor): PackedTensor | undefined {
  const rounded = data.map((value) => fromFloat16(toFloat16(value)) || Math.sign(value) * 2 ** -24);
  const largest = data.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  if (!rounded.every(Number.isFinite) || (largest > 0 && largest < 2 ** -14)) return undefined;
  return { shape, data: rounded, bits: 16 };
}

function to8({ shape, data }: FloatTensor, perColumn: boolean): PackedTensor | undefined {
  const columns = perColumn ? shape[shape.length - 1] : 1;
  const largest = new Float32Array(columns);
  data.forEach((value, i) => {
    largest[i % columns] = Math.max(largest[i % columns], Math.abs(value));
  });
  if (largest.some((size) => size > 0 && size < 2 ** -100)) return undefined; // steps would be subnormal
  const steps = largest.map(stepOf);
  const rounded = data.map((value, i) => {
    const step = steps[i % columns];
    const size = Math.max(value === 0 ? 0 : 1, Math.round(Math.abs(value) / step));
    return size * step * (value < 0 ? -1 : 1);
  });
  return rounded.every(Number.isFinite) ? { shape, data: rounded, bits: 8, steps } : undefined;
}

/** The smallest m · 2^e, m from 8 to 16, of which 127 reach a size. */
function stepOf(largest: number): number {
  if (largest === 0) return 1;
  const unit = 2 ** (Math.floor(Math.log2(largest / most)) - 3);
  return Math.ceil(largest / most / unit) * unit;
}
