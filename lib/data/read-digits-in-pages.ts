import { DataError } from "../base/errors";
import type { DatasetContent } from "./dataset";

/** What takes the place of read-digits.ts in a page, which has no files. */
export const readDigits = (): Promise<DatasetContent> =>
  Promise.reject(new DataError("A page reads no files: fetch digits.csv.gz, and give it to loadDigits()."));
