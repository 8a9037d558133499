import { canonicalJson, sha256 } from "../base/canonical-json";
import type { RunRecord } from "./record";

/**
 * The digest that a record has to carry: of everything it says, its own digest left out.
 *
 * @param record - sealed or not
 * @returns SHA-256 of its canonical JSON
 */
export function recordSha256(record: object): string {
  const { sha256: _, ...content } = record as Partial<RunRecord>;
  return sha256(canonicalJson(content));
}

/**
 * Seals a record: configuration, seed, data, results and the weights' digest belong together from here on, and a value
 * that is changed later is noticed when the record is read.
 *
 * @param content - a record; one that was sealed before is sealed anew
 */
export function sealRecord(content: Omit<RunRecord, "sha256">): RunRecord {
  return { ...content, sha256: recordSha256(content) };
}
