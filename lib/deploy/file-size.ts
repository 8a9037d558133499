import type { ModelConfig } from "../vit/config";
import { summarize } from "../vit/summary";
import { encodePackedModel } from "./format";
import { packedConfig, unsupported } from "./left";
import { packedShapes } from "./packed-config";
import { type FloatBits, roundFloats } from "./round-floats";

/** Where a model is larger, its header is not worth making its file for. */
const most = 2 ** 26;

/**
 * How large the packed file of a model will be. Its header will also hold the name of a run and what is known of a data
 * set, so it may become larger by some hundred bytes.
 *
 * @param config - the model
 * @param floats - in how many bits it will hold what is not a sign
 * @returns bytes, or nothing for a model that cannot be packed or has more than 64 MiB
 */
export async function packedFileSize(config: ModelConfig, floats: FloatBits = 16): Promise<number | undefined> {
  if (unsupported(config) || summarize(config).total.bytesPacked > most) return undefined;
  const left = packedConfig(config);
  const tensors = Object.entries(packedShapes(left)).map(([name, { dtype, shape }]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, data: dtype === "U8" ? new Uint8Array(length) : new Float32Array(length) }];
  });
  const origin = { name: "", seed: 1, dataset: { name: "", sha256: "0".repeat(64) } };
  const model = { config: left, origin, tensors: Object.fromEntries(tensors) };
  return (await encodePackedModel(roundFloats(model, floats))).length;
}
