import type { DatasetInfo, LocalInfo } from "./dataset-info";
import { findFiles } from "./find-files";
import { defaultFolder } from "./official-files";

/** Where a data set's images come from on this machine. */
export type DatasetState = LocalInfo["origin"] | "present" | "absent";

/** @returns whether a data set can be read here; files are looked for, not checked */
export async function datasetState(info: DatasetInfo): Promise<DatasetState> {
  if (info.source === undefined) return info.origin;
  return (await findFiles(info.source, defaultFolder(info.name))) ? "present" : "absent";
}
