import { writeAtomically } from "../base/files";
import { readJson } from "../base/read-json";
import type { Diagnosis } from "./diagnosis";
import { parseDiagnosis } from "./parse-diagnosis";

/**
 * Writes a diagnosis, a line a row of numbers, so that two versions can be compared.
 *
 * @throws FileError if the file cannot be written
 */
export function writeDiagnosis(path: string, diagnosis: Diagnosis): void {
  const text = JSON.stringify(diagnosis, null, 1);
  // The innermost lists and objects on a line each; JSON has no line ends within its strings.
  const shorter = text.replace(/[[{][^[\]{}]*[\]}]/g, (innermost) => innermost.replace(/\n */g, " "));
  writeAtomically(path, `${shorter}\n`);
}

/**
 * Reads a diagnosis.
 *
 * @param path - what `writeDiagnosis` wrote
 * @throws FileError if it is missing, damaged, changed or something else
 */
export const readDiagnosis = (path: string): Diagnosis => parseDiagnosis(readJson(path), path);
