import { assembleDataset } from "./assemble";
import type { Dataset } from "./dataset";
import { parseDigits } from "./digits-file";
import { digits } from "./sets/digits";

/**
 * The data set `digits` from its file, as `loadDataset({ name: "digits" })` reads it where there are files.
 *
 * @param file - content of `data/digits/digits.csv.gz`
 * @throws DataError if it is another
 */
export const loadDigits = async (file: Uint8Array): Promise<Dataset> =>
  assembleDataset(digits, await parseDigits(file), digits.sha256);
