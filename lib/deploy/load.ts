import { readFileSync } from "node:fs";
import { fileError } from "../base/file-error";
import { decodePackedModel } from "./format";
import type { PackedModel } from "./packed-model";

/**
 * Reads a packed model from disk.
 *
 * @throws FileError if it cannot be read, or is not sound
 */
export async function loadPackedModel(path: string): Promise<PackedModel> {
  let file: Uint8Array;
  try {
    file = readFileSync(path);
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
  return decodePackedModel(file, path);
}
