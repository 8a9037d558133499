import { canonicalJson, sha256 } from "../base/canonical-json";
import { BinvitError, FileError } from "../base/errors";
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

/** How JSON that carries its own digest is read. */
interface SealedForm<T> {
  /** What messages call it, after "is not". */
  readonly kind: string;
  /** What to do about one that is wrong, as a sentence. */
  readonly remedy: string;
  /** Checks every field; throws a BinvitError where one is missing or of another type or range. */
  readonly parse: (value: unknown) => T;
  /** What cannot be, if two parts contradict each other. */
  readonly contradiction: (parsed: T) => string | undefined;
}

/**
 * Checks that a parsed JSON file is of a kind, and all of it as it was sealed.
 *
 * @param value - what the file holds
 * @param path - the file, for messages
 * @param form - of that kind
 * @returns what `parse` made of it
 * @throws FileError naming the part that is wrong, or if anything was changed
 */
export function parseSealed<T extends { readonly sha256: string }>(
  value: unknown,
  path: string,
  { kind, remedy, parse, contradiction }: SealedForm<T>,
): T {
  const refuse = (problem: string) => new FileError(`${path} is not ${kind}. ${problem} ${remedy}`);
  let parsed: T;
  try {
    parsed = parse(value);
  } catch (error) {
    if (error instanceof BinvitError) throw refuse(error.message);
    throw error;
  }
  const problem = contradiction(parsed);
  if (problem) throw refuse(problem);
  if (recordSha256(value as object) !== parsed.sha256) {
    throw new FileError(`${path} was changed after it was written: its SHA-256 is not the one it carries. ${remedy}`);
  }
  return parsed;
}
