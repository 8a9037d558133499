import { createHash } from "node:crypto";
import { BinvitError } from "../errors";
import { assembleDataset } from "./assemble";
import { catalog, type DatasetInfo, type OfficialInfo } from "./catalog";
import { readDigits } from "./digits";
import { defaultFolder, findFiles, readOfficialFile } from "./official-files";
import { generateShapes, shapesSha256 } from "./shapes";
import type { DataFile } from "./sources";

/** What a check of a data set found. */
export interface Verification {
  readonly state: "ok" | "absent" | "damaged";
  /** One line: what was checked, or what is wrong and what to do. */
  readonly detail: string;
}

/** @returns what is wrong with one official file, or undefined */
export async function fileProblem(info: OfficialInfo, folder: string, file: DataFile): Promise<string | undefined> {
  try {
    const content = await readOfficialFile(info, folder, file);
    const md5 = createHash("md5").update(content).digest("hex");
    return md5 === file.md5 ? undefined : `${file.name} in ${folder} has MD5 ${md5}, expected ${file.md5}`;
  } catch (error) {
    if (error instanceof BinvitError) return error.message;
    throw error;
  }
}

/** Checks every official file in `folder`: presence, size, MD5 of its content. */
export async function verifyOfficial(info: OfficialInfo, folder = defaultFolder(info.name)): Promise<Verification> {
  const found = await findFiles(info.source, folder);
  if (found === undefined) return { state: "absent", detail: `no official files in ${folder}` };
  for (const file of info.source.files) {
    const problem = await fileProblem(info, found, file);
    if (problem !== undefined) return { state: "damaged", detail: problem };
  }
  return { state: "ok", detail: `${info.source.files.length} files, sizes and MD5 as published, in ${found}` };
}

/**
 * Checks a data set against its known checksums.
 *
 * @param folder - where downloaded files are; `data/downloads/<name>` if left out
 * @returns the state, with one line that explains it
 */
export async function verifyDataset(info: DatasetInfo, folder?: string): Promise<Verification> {
  if (info.source !== undefined) return verifyOfficial({ ...info, source: info.source }, folder);
  try {
    if (info.name === "digits") {
      await readDigits();
      return { state: "ok", detail: "embedded file, SHA-256 as recorded" };
    }
    const { sha256 } = assembleDataset(catalog.shapes, generateShapes());
    return sha256 === shapesSha256
      ? { state: "ok", detail: "generated, SHA-256 as recorded" }
      : { state: "damaged", detail: `generated with SHA-256 ${sha256}, expected ${shapesSha256}` };
  } catch (error) {
    if (error instanceof BinvitError) return { state: "damaged", detail: error.message };
    throw error;
  }
}
