import type { Subject } from "../../lib/diagnose/subject";
import { weightsSha256 } from "../../lib/train/run-folder";
import { initialParameters, toTensors } from "../../lib/vit/parameters";
import { madeUpRecord } from "../study/records";
import { smallDigits, smallRun } from "../train/small-run";

/**
 * Models as they are before training, with records as if they had been trained.
 *
 * @param models - by name; a binary one and a float one by default
 */
export async function smallSubjects(
  models: Readonly<Record<string, Record<string, unknown>>> = {
    binary: { binarize: { mlp: "channel" } },
    float: { binarize: {} },
  },
): Promise<Subject[]> {
  const dataset = await smallDigits();
  return Object.entries(models).map(([name, model]) => {
    const config = smallRun({ model });
    const weights = initialParameters(config.model, 1);
    const record = { ...madeUpRecord(name, 1, 0.5), config, weightsSha256: weightsSha256(weights) };
    return { name, record, weights, parameters: toTensors(weights), dataset };
  });
}
