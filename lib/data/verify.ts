import { BinvitError } from "../base/errors";
import { checkRead } from "./check-content";
import { contentSha256 } from "./content-sha256";
import type { DatasetInfo, OfficialInfo } from "./dataset-info";
import { defaultFolder, OfficialFiles } from "./official-files";

/** What a check of a data set found. */
export interface Verification {
  readonly state: "ok" | "absent" | "damaged";
  /** One line: what was checked, or what is wrong and what to do. */
  readonly detail: string;
}

/** Checks every official file in `folder`: presence, size, MD5 of its content. */
export async function verifyOfficial(info: OfficialInfo, folder = defaultFolder(info.name)): Promise<Verification> {
  const { files } = info.source;
  try {
    const found = await OfficialFiles.find(info, folder);
    if (found === undefined) return { state: "absent", detail: `no official files in ${folder}` };
    for (const file of files) await found.read(file);
    const which = found.reordered
      ? "MD5 of a known copy with the images in another order"
      : "sizes and MD5 as published";
    return { state: "ok", detail: `${files.length} files, ${which}, in ${folder}` };
  } catch (error) {
    if (error instanceof BinvitError) return { state: "damaged", detail: error.message };
    throw error;
  }
}

/**
 * Checks a data set against its known checksums.
 *
 * @param folder - where downloaded files are; `data/downloads/<name>` if left out
 * @returns the state, with one line that explains it
 */
export async function verifyDataset(info: DatasetInfo, folder?: string): Promise<Verification> {
  if (info.source !== undefined) return verifyOfficial(info, folder);
  try {
    const content = await info.read();
    checkRead(info, content);
    const sha256 = await contentSha256(content);
    return sha256 === info.sha256
      ? { state: "ok", detail: `${info.origin === "embedded" ? "embedded file" : info.origin}, SHA-256 as recorded` }
      : { state: "damaged", detail: `${info.origin} with SHA-256 ${sha256}, expected ${info.sha256}` };
  } catch (error) {
    if (error instanceof BinvitError) return { state: "damaged", detail: error.message };
    throw error;
  }
}
