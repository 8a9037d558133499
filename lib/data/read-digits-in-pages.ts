import { DataError } from "../base/errors";
import type { DatasetContent } from "./dataset";
import { parseDigits } from "./digits-file";

let given: Uint8Array | undefined;

/** Hands over the content of `data/digits/digits.csv.gz`, which a page cannot read by itself. */
export function giveDigits(file: Uint8Array): void {
  given = file;
}

/** What takes the place of read-digits.ts in a page. */
export async function readDigits(): Promise<DatasetContent> {
  if (!given)
    throw new DataError("A page reads no files: fetch digits.csv.gz, and give it to giveDigits() or loadDigits().");
  return parseDigits(given);
}
