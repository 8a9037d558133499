import { readFileSync } from "node:fs";
import { FileError } from "./errors";
import { fileError } from "./file-error";
import { parseJson } from "./json";

/**
 * Reads and parses a JSON file.
 *
 * @throws FileError if it is missing, not JSON, or nested without reason
 */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
  try {
    return parseJson(text);
  } catch (error) {
    const problem = (error as Error).message.replace(/\s+/g, " "); // it may quote several lines
    throw new FileError(`${path} is not valid JSON: ${problem}. Mend it, or write it again.`);
  }
}
