import { classTokenOfSameSigns } from "./kept-signs";
import type { PackedModel, PackedTensor } from "./packed-model";
import { stacks, stepCount } from "./stored-tensors";

/** To how many bits the floats of a packed model can be rounded; 32 leaves them as they are. */
export type FloatBits = 32 | 16 | 8;

/**
 * What is compared with, and what attention's probabilities are weighted with, stays as it is: a probability is often
 * exactly 1/T, or a sum of levels exactly 0, and then the last bit decides a sign for every image.
 */
const exact = /\.(threshold|share|knee)$|\.probabilities\./;

/** Smaller tensors stay in 32 bits: to name their steps would take more than is saved. */
const least = 40;

/**
 * Rounds what is float in a packed model, so that a file needs fewer bits for it; signs stay what they are.
 *
 * x ≈ q · s with a whole q of at most 127 or 32,767 in size and a step s of four significant bits, the smallest that
 * reaches the largest |x|; q is the nearest to x/s, but ±1 where x is not 0 and 0 would be nearest: a sum of signs is
 * often exactly 0, and then the sign of the bias decides.
 *
 * Steps are even because what decides a sign is how far a number moves, not how far for its size: at 16 bits they move
 * sixteen times less than float16 numbers of the same order do. These stay in 32 bits: what is compared with (thresholds,
 * shares, knees), what probabilities are weighted with, tensors of fewer than 40 numbers, and those whose steps would be
 * too small for a float. A class token whose signs the first block reads has 16 bits, and is moved so that they stay.
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
    if (length < least || exact.test(stack)) continue;
    const rounded = parts.map((part) => round(part, bits, stepCount(stack, part.shape)));
    if (rounded.some((part) => part === undefined)) continue; // one width in all blocks
    for (const [i, name] of names.entries()) tensors[name] = rounded[i]!;
  }
  const classToken = classTokenOfSameSigns(model, tensors, (data) => {
    const { shape } = model.tensors.classToken;
    return (data.length >= least && round({ shape, data }, 16, 1)) || { shape, data };
  });
  return { ...model, tensors: classToken ? { ...tensors, classToken } : tensors };
}

type FloatTensor = PackedTensor & { readonly data: Float32Array };

const isFloat = (tensor: PackedTensor): tensor is FloatTensor => tensor.data instanceof Float32Array;

function round({ shape, data }: FloatTensor, bits: 16 | 8, columns: number): PackedTensor | undefined {
  const largest = new Float32Array(columns);
  for (const [i, value] of data.entries()) largest[i % columns] = Math.max(largest[i % columns], Math.abs(value));
  if (largest.some((size) => size > 0 && size < 2 ** -100)) return undefined;
  const most = 2 ** (bits - 1) - 1;
  const steps = largest.map((size) => stepOf(size / most));
  const rounded = data.map((value, i) => {
    const step = steps[i % columns];
    const q = Math.max(value === 0 ? 0 : 1, Math.round(Math.abs(value) / step));
    return value < 0 ? -q * step : q * step;
  });
  return rounded.every(Number.isFinite) ? { shape, data: rounded, bits, steps } : undefined;
}

/** The smallest m · 2^e that is not below a size, m from 8 to 16. */
function stepOf(size: number): number {
  if (size === 0) return 1;
  const unit = 2 ** (Math.floor(Math.log2(size)) - 3);
  return Math.ceil(size / unit) * unit;
}
