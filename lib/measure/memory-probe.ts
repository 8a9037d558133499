import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../backend/select";
import type { WasmBackend } from "../backend/wasm-backend";
import { type BenchModel, benchModel, noiseBatch } from "./models";
import { engineInference, tensorInference, trainingStep } from "./steps";

/** What a probe does once. */
export interface ProbeRequest {
  readonly model: BenchModel["name"];
  readonly batch: number;
  readonly task: "training" | "inference";
  /** `packed` is the engine, for inference only. */
  readonly variant: "packed" | "w1a1" | "float" | "stock-wasm";
}

/**
 * Bytes of all WebAssembly memory of this process after one step or inference. Such memory never shrinks, so this is
 * the peak. It is meant for a process that has done nothing else.
 *
 * @param request - what to do
 */
export async function probeMemory({ model, batch: count, task, variant }: ProbeRequest): Promise<number> {
  const configs = benchModel(model);
  // Kernels are compiled and tested once a process, on memories that are thrown away: that is not the work's own memory.
  await useBackend("wasm", { kernels: variant !== "stock-wasm" });
  if (variant === "packed") engineInference(configs.w1a1.model, noiseBatch(configs.w1a1, 1));
  const made: WebAssembly.Memory[] = [];
  const Memory = WebAssembly.Memory;
  WebAssembly.Memory = class extends Memory {
    constructor(size: WebAssembly.MemoryDescriptor) {
      super(size);
      made.push(this);
    }
  };
  const config = variant === "packed" || variant === "w1a1" ? configs.w1a1 : configs.float;
  const batch = noiseBatch(config, count);
  const operations = variant === "stock-wasm" ? "stock" : "own";
  if (variant === "packed") {
    const run = engineInference(config.model, batch); // packing needs TensorFlow.js, running does not
    run();
  } else {
    const run =
      task === "training" ? trainingStep(config, batch, operations) : tensorInference(config.model, batch, operations);
    run();
    made.push((tf.backend() as unknown as WasmBackend).wasm.asm.memory);
  }
  WebAssembly.Memory = Memory;
  return made.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

async function main(): Promise<void> {
  console.log(JSON.stringify({ bytes: await probeMemory(JSON.parse(process.argv[2])) }));
}

if (require.main === module) void main();
