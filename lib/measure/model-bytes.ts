import { encodeSafetensors } from "../base/safetensors";
import { encodePackedModel } from "../deploy/format";
import { onnxModel } from "../onnx/model";
import { initialParameters } from "../vit/parameters";
import { type BenchModel, benchModel } from "./models";
import { packed } from "./steps";

/** Size of one model as a file. */
export interface BytesRow {
  readonly model: string;
  readonly format: "safetensors" | "onnx" | "packed";
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
    const binary = await encodePackedModel(packed(w1a1.model, initialParameters(w1a1.model, 1)));
    rows.push(
      { model: `${name}/float`, format: "safetensors", bytes: encodeSafetensors(parameters).length },
      { model: `${name}/float`, format: "onnx", bytes: onnxModel(float.model, parameters, { operatorSet: 23 }).length },
      { model: `${name}/w1a1`, format: "packed", bytes: binary.length },
    );
  }
  return rows;
}
