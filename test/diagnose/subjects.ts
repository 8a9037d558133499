import type { Subject } from "../../lib/diagnose/subject";
import { weightsSha256 } from "../../lib/train/run-folder";
import { initialParameters, toTensors } from "../../lib/vit/parameters";
import { madeUpRecord } from "../study/records";
import { smallDigits, smallRun } from "../train/small-run";

/** A binary model and a float one as they are before training, with records as if they had been trained. */
export async function smallSubjects(): Promise<Subject[]> {
  const dataset = await smallDigits();
  return [
    { name: "binary", binarize: { mlp: "channel" } },
    { name: "float", binarize: {} },
  ].map(({ name, binarize }) => {
    const config = smallRun({ model: { binarize } });
    const weights = initialParameters(config.model, 1);
    const record = { ...madeUpRecord(name, 1, 0.5), config, weightsSha256: weightsSha256(weights) };
    return { name, record, weights, parameters: toTensors(weights), dataset };
  });
}
