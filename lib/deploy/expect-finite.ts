import { FileError } from "../base/errors";
import type { ParameterArrays } from "../vit/parameters";

/** @throws FileError naming a parameter that is not finite */
export function expectFinite(parameters: ParameterArrays): void {
  for (const [name, { data }] of Object.entries(parameters)) {
    if (data.every(Number.isFinite)) continue;
    throw new FileError(`Parameter "${name}" holds numbers that are not finite: the training diverged. Train again.`);
  }
}
