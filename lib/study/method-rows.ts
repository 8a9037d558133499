import type { Method } from "../binarize/method";
import { methods } from "../binarize/methods/index";
import { unsupported } from "../deploy/left";
import type { RunRecord } from "../train/record";
import type { ModelConfig } from "../vit/config";
import { summarize } from "../vit/summary";
import { tellApart } from "./configurations";
import { plainName } from "./row-name";
import { type ResultRow, resultRows } from "./table";

/** A method's results, and what its model costs. */
export interface MethodRow extends ResultRow {
  /** As the field calls it; the row's own name where the kit knows no such method. */
  readonly title: string;
  readonly reference?: string;
  readonly model: ModelConfig;
  /** Multiply-accumulates of one image: of floats, and of two 1-bit operands. */
  readonly macs: number;
  readonly binaryMacs: number;
  /** Why it can neither be packed nor exported, where it cannot. */
  readonly refused?: string;
}

/**
 * One row a configuration, with everything that a comparison of methods at equal budget asks for.
 *
 * @param records - finished runs, e.g. those of data/results/methods
 */
export function methodRows(records: readonly RunRecord[]): MethodRow[] {
  const byName = new Map(tellApart(records).records.map((record) => [record.name, record.config.model]));
  return resultRows(records).map((row) => {
    const model = byName.get(row.name) as ModelConfig;
    const { macs, binaryMacs } = summarize(model).total;
    const method = (methods as Readonly<Record<string, Method>>)[plainName(row.scale)];
    const refused = unsupported(model);
    const { title = row.name, reference } = method ?? {};
    return { ...row, title, ...(reference && { reference }), model, macs, binaryMacs, ...(refused && { refused }) };
  });
}
