import { expect } from "vitest";
import type { InferenceKernels } from "../../lib/kernels/module";
import { scalarKernels } from "../../lib/kernels/scalar";
import { Arena } from "./arena";

/** What a call leaves in memory, with each of the two bit-packed tiers. */
export function both(call: (kernels: InferenceKernels, arena: Arena) => Float32Array): [Float32Array, Float32Array] {
  const tier = (choose: (arena: Arena) => InferenceKernels) => {
    const arena = new Arena();
    const result = call(choose(arena), arena);
    expect(arena.intact()).toBe(true);
    return result;
  };
  return [tier((arena) => scalarKernels(arena.memory)), tier((arena) => arena.kernels)];
}

/** @returns scratch of at least so many bytes */
export const scratch = (arena: Arena, bytes: number) => arena.room(Math.ceil(bytes / 4));

/** Signs as plain rows, sign by sign. */
export function plainRows(x: ArrayLike<number>, rows: number, k: number): Uint32Array {
  const words = Math.ceil(k / 32);
  const packed = new Uint32Array(rows * words);
  for (let at = 0; at < rows * k; at++) {
    const j = at % k;
    if (x[at] < 0) packed[Math.floor(at / k) * words + Math.floor(j / 32)] += 2 ** (j % 32);
  }
  return packed;
}

/** Any bits, to be placed in an arena. */
export const asFloats = (words: Uint32Array): Float32Array => new Float32Array(words.buffer);

/** The bits of what was read from an arena. */
export const asWords = (floats: Float32Array): Uint32Array => new Uint32Array(floats.slice().buffer);
