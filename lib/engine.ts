/**
 * The public face of `binvit/engine`: packed models without TensorFlow.js, in Node and in a browser. Nothing here reads a
 * file or an address, so bytes come in and numbers go out.
 *
 * @example
 * import { createEngine, decodePackedModel } from "binvit/engine";
 *
 * const engine = createEngine(await decodePackedModel(bytes));
 * const [digit] = engine.predict(pixels, 1);
 * console.log(engine.classNames[digit]);
 */

export { BinvitError, ConfigError, DataError, FileError } from "./base/errors";
export { version } from "./base/version";
export type { PixelStatistics } from "./data/normalization";
export { createEngine, type Engine, type EngineOptions } from "./deploy/engine";
export { decodePackedModel } from "./deploy/format";
export type { Images } from "./deploy/images";
export type { PackedModel } from "./deploy/packed-model";
export type { ModelConfig } from "./vit/config";
