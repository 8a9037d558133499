import { ConfigError } from "../base/errors";
import { type ModelConfig, numTokens } from "./config";
import { parameterShapes } from "./places";

/** What WebAssembly can address, bytes: the most that a tensor backend, an optimizer or an engine here can ever hold. */
export const addressable = 2 ** 32;

/** @returns a number of bytes as text, e.g. `4.0 GiB` */
export const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** @returns the number of parameters of a model; an estimate costs no memory, whatever the sizes */
export function parameterCount(model: ModelConfig): number {
  return Object.values(parameterShapes(model)).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/**
 * Refuses a model whose parameters alone are more than WebAssembly can address.
 *
 * @param model - complete
 * @param where - what to call it in messages
 * @throws ConfigError naming the size and the setting to change
 */
export function checkParameters(model: ModelConfig, where: string): void {
  const count = parameterCount(model);
  if (4 * count <= addressable) return;
  throw new ConfigError(
    `${where}: ${count.toLocaleString("en-US")} parameters would take ${gibibytes(4 * count)}, ` +
      `and ${gibibytes(addressable)} is the most that WebAssembly can hold. ${smaller(model)}`,
  );
}

/**
 * The one setting that makes a model or a batch too large: the one that is the most beyond what is usual.
 *
 * @param model - that is too large
 * @param batchSize - where a batch counts too
 * @returns what to do, e.g. `Lower model.embedDim, which is 65536.`
 */
export function smaller(model: ModelConfig, batchSize = 0): string {
  const lower = (name: string, value: number) => `Lower ${name}, which is ${value}.`;
  const { imageSize, patchSize, channels, embedDim, depth, mlpDim, numClasses } = model;
  const { advice } = [
    { excess: batchSize / 64, advice: lower("training.batchSize", batchSize) },
    { excess: embedDim / 768, advice: lower("model.embedDim", embedDim) },
    { excess: mlpDim / 3072, advice: lower("model.mlpDim", mlpDim) },
    { excess: depth / 12, advice: lower("model.depth", depth) },
    { excess: numClasses / 1000, advice: lower("model.numClasses", numClasses) },
    { excess: channels / 3, advice: lower("model.channels", channels) },
    { excess: patchSize / 16, advice: lower("model.patchSize", patchSize) },
    {
      excess: numTokens(model) / 197,
      advice: `Raise model.patchSize, which is ${patchSize}, or lower model.imageSize, which is ${imageSize}.`,
    },
  ].reduce((most, next) => (next.excess > most.excess ? next : most));
  return advice;
}
