/**
 * 256-bit registers for kernels that are written in 128-bit ones: V8 can fuse two neighbouring operations into one
 * (`--experimental-wasm-revectorize`). Nothing is added up in another order, so the results are the same bits.
 *
 * The option is set while our module is compiled and then taken back: no other WebAssembly of the process is touched. It
 * is experimental. V8 was seen to fuse a pair of loads wrongly, so every module is tested, kernel by kernel, before it is
 * used; and to end the process over a module that it could not compile (Node 26.10), so nothing is compiled here that the
 * build did not try on the same V8 in a process of its own (try-wide.cjs).
 * A page has no such option, and gets wide-in-pages.ts instead of this file.
 */

import { fromBase64 } from "./from-base64";
import { probeWasm } from "./probe-wasm";
import { firstDifference, testBench } from "./self-test";
import { switches, tried } from "./tried-v8";

/** Which registers the kernels use, and why. */
export interface KernelTier {
  /** `wide`: pairs of 128-bit operations as one of 256 bits; `simd`: 128 bits; `scalar`: no WebAssembly SIMD. */
  readonly tier: "wide" | "simd" | "scalar";
  /** Why this one, in a phrase. */
  readonly reason: string;
}

/** A module, and whether its wide shapes are the fast ones. */
export interface CompiledKernels {
  readonly module: WebAssembly.Module;
  readonly wide: boolean;
}

/** The part of `node:v8` that is used. */
interface V8 {
  setFlagsFromString(flag: string): void;
}

/** How much faster the wide tile must be than the same tile in 128 bits. */
const leastGain = 1.2;

let decided: KernelTier | undefined;

/** @returns what this process compiles kernels for; the first call takes some milliseconds to find out */
export const kernelTier = (): KernelTier => {
  decided ??= decide();
  return decided;
};

const compiled: { readonly bytes: Uint8Array; readonly kernels: CompiledKernels }[] = [];

/**
 * Compiles kernels for the tier of this process.
 *
 * @param source - a module that exports `setWide`
 */
export function compileKernels(source: BufferSource): CompiledKernels {
  if (!v8()) return { module: new WebAssembly.Module(source), wide: false };
  const bytes = bytesOf(source);
  const known = compiled.find((one) => Buffer.compare(one.bytes, bytes) === 0);
  if (known) return known.kernels;
  const kernels = compile(bytes);
  compiled.push({ bytes: bytes.slice(), kernels });
  return kernels;
}

function compile(bytes: Uint8Array): CompiledKernels {
  const plain = { module: new WebAssembly.Module(bytes), wide: false };
  if (kernelTier().tier !== "wide") return plain;
  const module = compileWide(bytes, v8()!);
  const other = firstDifference(testBench(plain.module, false), testBench(module, true));
  if (other === undefined) return { module, wide: true };
  decided = { tier: "simd", reason: `those of 256 bits gave other bits in ${other}` };
  return plain;
}

/** `--no-x` for `--x`, and the other way round. */
const opposite = (name: string): string => (name.startsWith("--no-") ? `--${name.slice(5)}` : `--no-${name.slice(2)}`);

function compileWide(bytes: Uint8Array, { setFlagsFromString: set }: V8, fuse = true): WebAssembly.Module {
  const marked = withSection(bytes, fuse ? "wide" : "slim");
  try {
    for (const name of fuse ? switches : switches.slice(1)) set(name);
    return new WebAssembly.Module(marked);
  } finally {
    for (const name of switches) set(opposite(name));
  }
}

/** V8 hands out what it compiled before for the same bytes, so each way of compiling needs bytes of its own. */
function withSection(module: Uint8Array, name: string): Uint8Array {
  const letters = [...name].map((letter) => letter.charCodeAt(0));
  const section = [0, letters.length + 1, letters.length, ...letters]; // a custom section without content
  const marked = new Uint8Array(module.length + section.length);
  marked.set(module);
  marked.set(section, module.length);
  return marked;
}

const bytesOf = (source: BufferSource): Uint8Array =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);

/** `node:v8`, where this is Node; bundlers must not see an import of it. */
const v8 = (): V8 | undefined =>
  typeof process === "undefined" ? undefined : (process.getBuiltinModule?.("node:v8") as V8 | undefined);

function decide(): KernelTier {
  const simd = (reason: string): KernelTier => ({ tier: "simd", reason });
  const engine = v8();
  if (!engine) return simd("128-bit registers are what WebAssembly has");
  if (process.env.BINVIT_WIDE === "off") return simd("those of 256 bits are turned off by BINVIT_WIDE=off");
  const problem = tried[`${process.versions.v8} ${process.arch}`];
  if (problem === undefined) {
    return simd("those of 256 bits were not tried on this version of Node; `npm run build` tries them");
  }
  if (problem) return simd(`V8 of Node ${process.versions.node} has no others: ${problem}`);
  try {
    return measure(engine);
  } catch (error) {
    return simd(`V8 does not fuse them here (${error instanceof Error ? error.message : error})`);
  }
}

/** Is the tile faster, and are its bits the same? */
function measure(engine: V8): KernelTier {
  const bytes = fromBase64(probeWasm);
  const [plain, fused] = [false, true].map((fuse) => tileOf(compileWide(bytes, engine, fuse)));
  if (plain.bits() !== fused.bits()) return { tier: "simd", reason: "those of 256 bits gave other bits in a test" };
  let [slow, fast] = [Infinity, Infinity];
  for (let round = 0; round < 5; round++) {
    slow = Math.min(slow, plain.milliseconds());
    fast = Math.min(fast, fused.milliseconds());
  }
  const gain = `${(slow / fast).toFixed(1)} times as fast as 128-bit ones`;
  if (slow < leastGain * fast) return { tier: "simd", reason: `those of 256 bits were ${gain}` };
  return { tier: "wide", reason: `${gain} in a test, with the same bits` };
}

/** The tile of the probe, on numbers whose sums round. */
function tileOf(module: WebAssembly.Module): { bits(): string; milliseconds(): number } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const probe = exports.probe as (a: number, b: number, steps: number, c: number, turns: number) => void;
  const [steps, a, b, c] = [128, 1024, 4096, 16384];
  const values = new Float32Array(memory.buffer);
  for (let i = a / 4; i < c / 4; i++) values[i] = Math.sin(i);
  const run = (turns: number) => probe(a, b, steps, c, turns);
  return {
    bits() {
      run(1);
      return new Uint32Array(memory.buffer, c, 64).join();
    },
    milliseconds() {
      const startedAt = performance.now();
      run(400);
      return performance.now() - startedAt;
    },
  };
}
