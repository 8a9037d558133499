import { catalog, type DatasetInfo, type DatasetName } from "./catalog";
import { findFiles } from "./find-files";
import { defaultFolder } from "./official-files";

/** Where a data set's images come from on this machine. */
export type DatasetState = "embedded" | "generated" | "present" | "absent";

/** @returns whether a data set can be read here; files are looked for, not checked */
export async function datasetState(name: DatasetName): Promise<DatasetState> {
  const info: DatasetInfo = catalog[name];
  if (info.source === undefined) return name === "digits" ? "embedded" : "generated";
  return (await findFiles(info.source, defaultFolder(name))) ? "present" : "absent";
}
