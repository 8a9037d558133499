import type { Random } from "../../lib/base/random";
import { instantiateKernels, type KernelModule, type Pointer } from "../../lib/kernels/module";
import { readKernels } from "../../lib/kernels/read";

const guard = 12345.678;

/** A memory of its own with the kernels in it; what is placed there has guards around it. */
export class Arena {
  readonly memory = new WebAssembly.Memory({ initial: 4 });
  private instance?: KernelModule;
  private end = 1024;
  private readonly guards: Pointer[] = [];

  /** Started when they are first asked for. */
  get kernels(): KernelModule {
    this.instance ??= instantiateKernels(readKernels(), this.memory);
    return this.instance;
  }

  /** @returns where the values lie; any multiple of 4, as in the backend's own memory */
  put(values: ArrayLike<number>): Pointer {
    const at = this.room(values.length);
    this.view(at, values.length).set(values);
    return at;
  }

  /** @returns where `count` floats can be written; they start as NaN */
  room(count: number): Pointer {
    const bytes = 4 * count + 72;
    const missing = this.end + bytes - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    const at = this.end + 36;
    this.view(this.end, bytes / 4).fill(guard);
    this.view(at, count).fill(Number.NaN);
    for (let i = 0; i < 9; i++) this.guards.push(this.end + 4 * i, at + 4 * (count + i));
    this.end += bytes;
    return at;
  }

  /** @returns a copy */
  read(at: Pointer, count: number): Float32Array {
    return this.view(at, count).slice();
  }

  /** @returns whether nothing was written outside of what was placed */
  intact(): boolean {
    const floats = new Float32Array(this.memory.buffer);
    const low = new Uint8Array(this.memory.buffer, 0, 1024);
    return this.guards.every((at) => floats[at / 4] === Math.fround(guard)) && low.every((byte) => byte === 0);
  }

  private view(at: Pointer, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, count);
  }
}

/** @returns standard normal numbers, rounded to float32 so that reference and kernel see the same */
export function normals(random: Random, count: number): Float32Array {
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = random.normal();
  return numbers;
}

/** @returns the largest |got − expected| / (1 + |expected|); NaN counts as infinite */
export function worstError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const error = Math.abs(got[i] - expected[i]) / (1 + Math.abs(expected[i]));
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return worst;
}
