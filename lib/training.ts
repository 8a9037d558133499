/**
 * The public face of `binvit/training`: training in a page, on the kernels that Node trains on. Nothing here reads a file
 * or an address, so bytes come in, and weights and packed models go out.
 *
 * @example
 * import { loadDigits, parseRunConfig, train, useBackend } from "binvit/training";
 *
 * await useBackend({ tensorflow: "/tfjs-backend-wasm-simd.wasm", kernels });
 * const digits = await loadDigits(file);
 * const config = parseRunConfig({ extends: "digits", model: { binarize: { mlp: "channel" } } });
 * const { parameters, test } = await train(config, 1, digits);
 */

export { useBackend } from "./backend/select-in-pages";
export { loadDigits } from "./data/load-digits";
export { encodePackedModel } from "./deploy/format";
export { packModel } from "./deploy/pack";
export * from "./engine";
export type { LoopOptions, Progress } from "./train/loop";
export type { EpochRecord, RunConfig } from "./train/record";
export type { TrainResult } from "./train/result";
export { parseRunConfig, type RunInput } from "./train/run-config";
export { train } from "./train/train-in-pages";
export { weightsDigest } from "./train/weights-digest";
export { summarize } from "./vit/summary";
