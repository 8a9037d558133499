import { encodeSafetensors } from "../base/safetensors";
import { encodePackedModel } from "../deploy/format";
import { type FloatBits, roundFloats } from "../deploy/round-floats";
import { onnxModel } from "../onnx/model";
import { initialParameters } from "../vit/parameters";
import { type BenchModel, benchModel } from "./models";
import { packed } from "./steps";

/** Size of one model as a file. */
export interface BytesRow {
  readonly model: string;
  /** `packed` is what `binvit pack` writes: floats in 16 bits; the others are named by theirs. */
  readonly format: "safetensors" | "onnx" | "packed" | "packed-32" | "packed-8";
  readonly bytes: number;
}

/**
 * What the W1A1 model takes as a packed file, and the float model of the same sizes in the formats of others.
 *
 * @param models - which
 */
export async function modelBytes(
  models: readonly BenchModel[] = [benchModel("digits"), benchModel("cifar-s")],
): Promise<BytesRow[]> {
  const rows: BytesRow[] = [];
  for (const { name, float, w1a1 } of models) {
    const parameters = initialParameters(float.model, 1);
    const binary = packed(w1a1.model, initialParameters(w1a1.model, 1));
    const bytesOf = async (bits: FloatBits) => (await encodePackedModel(roundFloats(binary, bits))).length;
    rows.push(
      { model: `${name}/float`, format: "safetensors", bytes: encodeSafetensors(parameters).length },
      { model: `${name}/float`, format: "onnx", bytes: onnxModel(float.model, parameters, { operatorSet: 23 }).length },
      { model: `${name}/w1a1`, format: "packed", bytes: await bytesOf(16) },
      { model: `${name}/w1a1`, format: "packed-32", bytes: await bytesOf(32) },
      { model: `${name}/w1a1`, format: "packed-8", bytes: await bytesOf(8) },
    );
  }
  return rows;
}
