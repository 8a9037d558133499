import { type Arithmetic, arithmetic } from "../backend/arithmetic";
import { roundNumbers } from "../base/round-numbers";
import { version } from "../base/version";
import { type SlopeName, slopes } from "../binarize/slopes/index";
import { recordSha256 } from "../train/seal";
import { type Findings, measure } from "./findings";
import { type DiagnosticName, diagnosticNames } from "./names";
import { type SlopeMismatch, slopeMismatch } from "./slope-mismatch";
import type { Subject } from "./subject";

/** Which run was looked into. */
export interface DiagnosedRun {
  /** What tables and figures call it. */
  readonly name: string;
  /** What its record calls it. */
  readonly row: string;
  readonly seed: number;
  /** Of the weights that were looked at, as the run's record has it. */
  readonly weightsSha256: string;
}

/** What each diagnostic found, of every run; those that were not taken are left out. */
export type Found = { readonly [Name in DiagnosticName]?: readonly Findings[Name][] };

/** What was found in finished runs: all that tables and figures need, without the runs' weights and their data. */
export interface Diagnosis {
  readonly schema: "binvit.diagnosis/1";
  readonly runs: readonly DiagnosedRun[];
  readonly dataset: { readonly name: string; readonly sha256: string /** Images. */; readonly test: number };
  readonly environment: { readonly binvit: string; readonly arithmetic: Arithmetic };
  readonly found: Found;
  /** What each slope stands for by itself, whatever the run; beside `gradient-mismatch`. */
  readonly slopes?: Readonly<Record<string, SlopeMismatch>>;
  /** SHA-256 of everything above, as canonical JSON. */
  readonly sha256: string;
}

/**
 * Looks into runs side by side. Numbers are rounded to 6 digits, so that a diagnosis says the same fresh and read again.
 *
 * @param subjects - runs on one data set
 * @param names - which diagnostics; all by default
 * @param before - a diagnosis of the same runs, to which these are added
 * @returns a sealed diagnosis
 *
 * @example
 * writeDiagnosis("digits.json", diagnose(subjects));
 */
export function diagnose(
  subjects: readonly Subject[],
  names: readonly DiagnosticName[] = diagnosticNames,
  before?: Diagnosis,
): Diagnosis {
  const { name, sha256, test } = subjects[0].dataset;
  const fresh = names.map((one) => [one, roundNumbers(measure(one, subjects))] as const);
  const found = { ...before?.found, ...Object.fromEntries(fresh) } as Found;
  return sealDiagnosis({
    schema: "binvit.diagnosis/1",
    runs: subjects.map(({ name, record: { name: row, seed, weightsSha256 } }) => ({ name, row, seed, weightsSha256 })),
    dataset: { name, sha256, test: test.count },
    environment: { binvit: version, arithmetic: arithmetic() },
    found,
    ...(found["gradient-mismatch"] && { slopes: before?.slopes ?? roundNumbers(slopesAlone()) }),
  });
}

/** @returns the diagnosis with the digest that it has to carry */
export const sealDiagnosis = (content: Omit<Diagnosis, "sha256">): Diagnosis => ({
  ...content,
  sha256: recordSha256(content),
});

const slopesAlone = (): Record<string, SlopeMismatch> =>
  Object.fromEntries(Object.keys(slopes).map((slope) => [slope, slopeMismatch(slope as SlopeName)]));
