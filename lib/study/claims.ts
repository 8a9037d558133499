import type { RunRecord } from "../train/record";
import { type Comparison, compare, type Pair } from "./compare";
import { differencesBesideBits } from "./configurations";
import { plainName } from "./row-name";

/** What is claimed of a study's rows, as pairs of which the first is claimed to be the better. */
export interface Claim {
  readonly name: string;
  readonly statement: string;
  readonly pairs: readonly Pair[];
}

const parts = ["mlp", "mhsa"] as const;
const both = "mlp+mhsa";

/**
 * The report's two claims; the second can be read in two ways, which are both tested.
 *
 * Reference: Sato, Sawada, Ohmura, Katsurada, *Binarization of Vision Transformer with Scaling Factors*, PRMU2022-83,
 * 2023, abstract.
 */
export const claims: readonly Claim[] = [
  {
    name: "1",
    statement: "Scaling factors make binarization effective: channel scale against none",
    pairs: [...parts, both].map((part) => [`${part}/channel`, `${part}/unscaled`] as const),
  },
  {
    name: "2a",
    statement: "Binarizing one part alone costs less than both, scaled",
    pairs: parts.map((part) => [`${part}/channel`, `${both}/channel`] as const),
  },
  {
    name: "2b",
    statement: "Scaling factors also help where only one part is binarized",
    pairs: parts.map((part) => [`${part}/channel`, `${part}/unscaled`] as const),
  },
];

/** What the data say of a pair: a difference is called one only if its corrected interval excludes zero. */
export type Verdict = "yes" | "no, the reverse" | "not decided";

/** A claim with what was found. */
export interface TestedClaim extends Claim {
  readonly comparisons: readonly (Comparison & { readonly verdict: Verdict })[];
  /** Its other pairs, and what each would need. */
  readonly untested: readonly { readonly pair: Pair; readonly why: string }[];
}

/**
 * Tests claims on the records of a study; the pairs of all claims are one family, for which intervals are corrected.
 *
 * A claim is about bits: rows that differ in more, as in learning rate or data, are not tested. `compare` takes any.
 *
 * @param records - finished runs, on one data set
 * @param tested - the report's claims by default
 */
export function testClaims(records: readonly RunRecord[], tested: readonly Claim[] = claims): TestedClaim[] {
  const keyOf = (pair: Pair) => pair.join(" − ");
  const testable = tested.flatMap(({ pairs }) => pairs.filter((pair) => otherSettings(records, pair).length === 0));
  const family = new Map(testable.map((pair) => [keyOf(pair), pair]));
  const found = new Map(compare(records, [...family.values()]).map((one) => [keyOf(one.pair), one]));
  return tested.map((claim) => ({
    ...claim,
    comparisons: claim.pairs.flatMap((pair) => {
      const comparison = found.get(keyOf(pair));
      return comparison ? [{ ...comparison, verdict: verdictOf(comparison) }] : [];
    }),
    untested: claim.pairs.flatMap((pair) => (found.has(keyOf(pair)) ? [] : [{ pair, why: whyNot(records, pair) }])),
  }));
}

const otherSettings = (records: readonly RunRecord[], pair: Pair): string[] =>
  differencesBesideBits(records.filter(({ name }) => pair.includes(name)));

function whyNot(records: readonly RunRecord[], pair: Pair): string {
  for (const name of pair) {
    if (records.some((record) => record.name === name)) continue;
    const others = new Set(records.map((record) => record.name).filter((other) => plainName(other) === name));
    return others.size > 0
      ? `${name} is there as ${[...others].join(" and as ")}: keep one of them in the folder`
      : `there are no runs of ${name}`;
  }
  const others = otherSettings(records, pair);
  return others.length > 0 ? `they also differ in ${others.join(", ")}` : "fewer than two seeds of both are there";
}

const verdictOf = ({ together: { low, high } }: Comparison): Verdict =>
  low > 0 ? "yes" : high < 0 ? "no, the reverse" : "not decided";
