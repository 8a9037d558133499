import { type Arrays, dtypeOf } from "../base/safetensors";
import type { Fail } from "./header";
import { type PackedConfig, packedShapes } from "./packed-config";
import type { PackedTensor } from "./packed-model";

/** How a packed model's tensors stand in its file: those of all blocks as one, floats in 32, 16 or 8 bits. */

type Tensors = Readonly<Record<string, PackedTensor>>;
type Stored = Arrays<"F32" | "I16" | "I8" | "U8">;

/** What a file calls a tensor: those of all blocks have one name, which says no number. */
const stackedName = (name: string): string => name.replace(/^blocks\.\d+\./, "blocks.");

/** @returns for each name in a file those of the tensors that it stands for, in the order of the blocks */
export function stacks(names: readonly string[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const name of names) {
    const key = stackedName(name);
    all.set(key, [...(all.get(key) ?? []), name]);
  }
  return all;
}

/** Name of the tensor that holds the steps of another one. */
const stepName = (name: string): string => `${name}.step`;

/** @returns how many steps a tensor has: one for each output of a matrix that is multiplied with, one for anything else */
export const stepCount = (name: string, shape: readonly number[]): number =>
  /\.(weight|kernel)$/.test(name) ? shape[shape.length - 1] : 1;

/** @returns the arrays of a file */
export function storeTensors(tensors: Tensors): Stored {
  const stored: Record<string, Stored[string]> = Object.create(null);
  for (const [name, names] of stacks(Object.keys(tensors))) {
    const parts = names.map((own) => tensors[own]);
    const [{ shape, data, bits, steps }] = parts;
    const front = name.startsWith("blocks.") ? [parts.length] : [];
    const same = parts.every((part) => part.bits === bits);
    const all = parts.map((part) => (data instanceof Uint8Array || !same ? part.data : narrowed(part)));
    stored[name] = { shape: [...front, ...shape], data: joined(all) };
    if (same && steps) {
      stored[stepName(name)] = {
        shape: [...front, ...stepShape(shape, steps.length)],
        data: joined(parts.map((part) => part.steps!)),
      };
    }
  }
  return stored;
}

type Numbers = Stored[string]["data"];

/** A tensor's floats as its file holds them. */
function narrowed({ data, bits, steps }: PackedTensor): Numbers {
  if (!steps) return data;
  const whole = (value: number, i: number) => Math.round(value / steps[i % steps.length]);
  return bits === 8 ? Int8Array.from(data, whole) : Int16Array.from(data, whole);
}

/** One array of several of a type. */
function joined(parts: readonly Numbers[]): Numbers {
  if (parts.length === 1) return parts[0];
  const all = new (parts[0].constructor as Float32ArrayConstructor)(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const stepShape = (shape: readonly number[], steps: number): number[] =>
  shape.map((_, axis) => (axis === shape.length - 1 ? steps : 1));

/**
 * The tensors of a packed model from the arrays of its file, floats in 32 bits again.
 *
 * @param stored - the arrays
 * @param config - says which there have to be
 * @param stacked - whether those of all blocks are one: not so up to `binvit.packed/3`
 * @param fail - told of one that is missing, unknown, or of another type or shape
 */
export function readTensors(stored: Stored, config: PackedConfig, stacked: boolean, fail: Fail): Tensors {
  const names = Object.keys(stored);
  // Asked first: the list of what is expected must not grow beyond the file's own size.
  if (!stacked && config.depth > names.length) fail(`${names.length} tensors cannot be ${config.depth} blocks`);
  const expected = Object.entries(packedShapes(stacked ? { ...config, depth: 1 } : config));
  const tensors: Record<string, PackedTensor> = Object.create(null);
  const known = new Set<string>();
  for (const [own, { dtype, shape }] of expected) {
    const name = stacked ? stackedName(own) : own;
    const blocks = name === own ? 1 : config.depth;
    const full = name === own ? shape : [blocks, ...shape];
    const types = dtype === "F32" && stacked ? ["F32", "I16", "I8"] : [dtype];
    const found = expectArray(stored, name, types, full, fail);
    known.add(name);
    let steps: Float32Array | undefined;
    if (found instanceof Int8Array || found instanceof Int16Array) {
      known.add(stepName(name));
      const stepsShape = full.map((size, axis) => (axis < full.length - shape.length ? size : 1));
      stepsShape[full.length - 1] = stepCount(name, shape);
      steps = expectArray(stored, stepName(name), ["F32"], stepsShape, fail) as Float32Array;
      if (!steps.every((step) => step > 0)) fail(`tensor "${stepName(name)}" holds a step that is not above 0`);
    }
    const [length, count] = [found.length / blocks, steps ? steps.length / blocks : 0];
    for (let block = 0; block < blocks; block++) {
      const part = found.subarray(block * length, (block + 1) * length);
      const key = name === own ? own : own.replace("blocks.0.", `blocks.${block}.`);
      tensors[key] = { shape, ...widened(part, steps?.subarray(block * count, (block + 1) * count)) };
    }
  }
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    fail(`tensor "${unknown}" is ${described(stored, unknown)}, the configuration expects no such tensor`);
  }
  return tensors;
}

/** Numbers of a file as floats or signs. */
function widened(data: Numbers, steps?: Float32Array): Omit<PackedTensor, "shape"> {
  if (data instanceof Float32Array || data instanceof Uint8Array) return { data };
  const bits = data instanceof Int8Array ? 8 : 16;
  return { data: Float32Array.from(data, (q, i) => q * steps![i % steps!.length]), bits, steps };
}

function expectArray(
  stored: Stored,
  name: string,
  types: readonly string[],
  shape: readonly number[],
  fail: Fail,
): Numbers {
  const [found, size] = [described(stored, name), shape.join("×")];
  if (!types.some((dtype) => found === `${dtype} ${size}`)) {
    fail(`tensor "${name}" is ${found}, the configuration expects ${types.join("/")} ${size}`);
  }
  return stored[name].data;
}

const described = (stored: Stored, name: string): string =>
  Object.hasOwn(stored, name) ? `${dtypeOf(stored[name].data)} ${stored[name].shape.join("×")}` : "missing";
