import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../base/errors";
import { kitRoot } from "../base/kit-root";
import type { DatasetContent } from "./dataset";
import { parseDigits } from "./digits-file";

/**
 * Reads `digits`, the 1,797 real 8×8 images embedded in the kit.
 *
 * @param file - the embedded file, unless a test names another
 * @throws DataError if the file is missing or damaged
 */
export async function readDigits(file = join(kitRoot(), "data", "digits", "digits.csv.gz")): Promise<DatasetContent> {
  const content = await readFile(file).catch((error: Error) => {
    throw new DataError(`${file} cannot be read (${error.message}).
It belongs to the kit: bring it back with \`git checkout -- data/digits\`.`);
  });
  return parseDigits(content, file);
}
