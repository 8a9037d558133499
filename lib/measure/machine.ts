import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { type KernelTier, kernelTier } from "../kernels/wide";

/** What figures depend on, beside the code. */
export interface Machine {
  /** As the processor calls itself. */
  readonly processor: string;
  /** Which of the instructions that matter here it has; empty where the system does not list them. */
  readonly features: readonly string[];
  readonly cores: number;
  readonly node: string;
  /** What our kernels are compiled for. */
  readonly kernels: KernelTier["tier"];
  /** Processes that wanted to run during the last minute, before anything was measured; 0 where that is not known. */
  readonly load: number;
}

/** Instructions that decide how fast products are, as Linux names them on x86 and on Arm. */
const telling = [
  ...["sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "avx512_vpopcntdq"],
  ...["amx_int8", "asimd", "asimddp", "i8mm", "sve", "sve2"],
];

/**
 * @param text - of /proc/cpuinfo, on x86 or Arm
 * @returns the telling instructions that it lists
 */
export function processorFeatures(text: string): string[] {
  const listed = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1].split(" "));
  return telling.filter((feature) => listed.has(feature));
}

/** @returns this machine, as it is now */
export const describeMachine = (): Machine => ({
  processor: cpus()[0]?.model.trim() || process.arch,
  features: processorFeatures(cpuInfo()),
  cores: availableParallelism(),
  node: process.versions.node,
  kernels: kernelTier().tier,
  load: Math.round(100 * loadavg()[0]) / 100,
});

/** How many processes may want to run, per core, on a machine that counts as quiet. */
const quietLoad = 0.25;

/** @returns a warning if others are at work on this machine */
export function loadWarning({ load, cores }: Pick<Machine, "load" | "cores">): string | undefined {
  if (load <= quietLoad * cores) return undefined;
  return `This machine is not quiet (load ${load.toFixed(1)} on ${cores} cores): figures will be low and scattered.`;
}

/** @returns two lines: what this machine is, and what runs on it */
export function machineLines({ processor, features, cores, node, kernels }: Machine): string {
  const registers = { wide: "256-bit registers", simd: "128-bit registers", scalar: "no SIMD" }[kernels];
  const listed = features.length > 0 ? `: ${features.join(" ")}` : "";
  return `${cores} × ${processor}${listed}\nNode.js ${node}, kernels in WebAssembly with ${registers}`;
}

function cpuInfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return ""; // not Linux
  }
}
