import { z } from "zod";
import { parseWith } from "../base/parse-with";
import { parseSealed } from "../train/seal";
import type { Diagnosis } from "./diagnosis";
import type { Findings } from "./findings";
import type { DiagnosticName } from "./names";

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const difference = z.number().min(-1).max(1);
const notNegative = z.number().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 of 64 hexadecimal digits");
/** JSON has no NaN. */
const perhaps = share.nullable().transform((value) => value ?? Number.NaN);
const evaluation = { accuracy: share, loss: notNegative, count };

const findings: { readonly [Name in DiagnosticName]: z.ZodType<Findings[Name]> } = {
  "scale-error": z.array(z.strictObject({ layer: z.string(), own: notNegative, best: notNegative, one: notNegative })),
  "attention-entropy": z.strictObject({
    entropy: z.array(z.array(notNegative).min(1)).min(1),
    most: z.number().positive(),
  }),
  "attention-maps": z.strictObject({
    image: z.strictObject({
      size: z.int().min(1),
      channels: z.union([z.literal(1), z.literal(3)]),
      maxValue: z.number().positive(),
      pixels: z.base64(),
    }),
    label: z.string(),
    answer: z.string(),
    queries: z.literal("all").optional(),
    blocks: z.array(z.strictObject({ block: z.int().min(1), heads: z.array(z.array(share).min(1)).min(1) })).min(1),
  }),
  "gradient-mismatch": z.array(
    z.strictObject({
      layer: z.string(),
      width: notNegative,
      flipped: share,
      correlations: z.record(z.string(), difference),
      chance: z.number().positive(),
    }),
  ),
  "residual-bypass": z.strictObject({
    whole: z.strictObject(evaluation),
    branches: z
      .array(
        z.strictObject({
          branch: z.string().regex(/^blocks\.\d+\.(attention|mlp)$/, "expected blocks.N.attention or blocks.N.mlp"),
          ...evaluation,
          lost: difference,
        }),
      )
      .min(1),
  }),
  calibration: z.strictObject({
    error: share,
    confidence: share,
    accuracy: share,
    bins: z.array(z.strictObject({ from: share, to: share, count, confidence: perhaps, accuracy: perhaps })).min(1),
  }),
  "loss-slice": z.strictObject({
    at: z.array(z.number()).min(2),
    loss: z.array(notNegative),
    accuracy: z.array(share),
    moved: z.enum(["binarized", "all"]),
    direction: z.literal("own").optional(),
  }),
  "flip-share": z.array(share).min(1),
};

// Strict: what is not known here would be lost where the diagnosis is written again.
const fields = z.strictObject({
  schema: z.literal("binvit.diagnosis/1"),
  runs: z
    .array(z.strictObject({ name: z.string(), row: z.string(), seed: count, weightsSha256: sha256 }))
    .min(1)
    .max(2),
  dataset: z.strictObject({ name: z.string(), sha256, test: count }),
  environment: z.strictObject({
    binvit: z.string(),
    arithmetic: z.enum(["tensorflow", "wasm+kernels", "wasm", "cpu"]),
  }),
  found: z.strictObject(
    Object.fromEntries(Object.entries(findings).map(([name, one]) => [name, z.array(one).optional()])),
  ),
  slopes: z.record(z.string(), z.strictObject({ width: notNegative, cosine: difference })).optional(),
  sha256,
});

/**
 * Checks that a parsed JSON file is a diagnosis: complete, without any unknown key, every number in its range, and all of
 * it as it was written.
 *
 * @param value - what the file holds
 * @param path - the file, for messages
 * @throws FileError naming the part that is missing or of another type or range, or if anything was changed
 */
export const parseDiagnosis = (value: unknown, path: string): Diagnosis =>
  parseSealed(value, path, {
    kind: "a diagnosis of this version",
    remedy: "Take it from a backup, or write it again with `binvit diagnose RUN --json FILE`.",
    parse: (read) => parseWith(fields, read, "it") as Diagnosis,
    contradiction,
  });

/** @returns what cannot be, if two parts of a diagnosis contradict each other */
function contradiction({ runs, found, slopes }: Diagnosis): string | undefined {
  for (const [name, all] of Object.entries(found)) {
    if (all && all.length !== runs.length) {
      return `it.found.${name}: expected ${runs.length} entries, one a run, got ${all.length}.`;
    }
  }
  for (const [i, { at, loss, accuracy }] of (found["loss-slice"] ?? []).entries()) {
    const wrong = Object.entries({ loss, accuracy }).find(([, values]) => values.length !== at.length);
    if (wrong) return `it.found.loss-slice.${i}.${wrong[0]}: expected ${at.length} entries, got ${wrong[1].length}.`;
  }
  for (const [i, { image, blocks }] of (found["attention-maps"] ?? []).entries()) {
    const [expected, got] = [image.size ** 2 * image.channels, Buffer.from(image.pixels, "base64").length];
    if (got !== expected) return `it.found.attention-maps.${i}.image.pixels: expected ${expected} bytes, got ${got}.`;
    const [{ heads }] = blocks;
    const patches = heads[0].length;
    const isWhole = (map: readonly number[]) => map.length === patches && Number.isInteger(Math.sqrt(map.length));
    if (blocks.some((one) => one.heads.length !== heads.length || !one.heads.every(isWhole))) {
      return `it.found.attention-maps.${i}.blocks: expected ${heads.length} squares of ${patches} patches in each.`;
    }
  }
  for (const [i, layers] of (found["gradient-mismatch"] ?? []).entries()) {
    const slopesOf = layers.map(({ correlations }) => Object.keys(correlations).sort().join());
    const wrong = slopesOf.findIndex((names) => names !== slopesOf[0]);
    if (wrong >= 0) return `it.found.gradient-mismatch.${i}.${wrong}: expected the slopes that its first layer has.`;
  }
  if (found["gradient-mismatch"] && !slopes) return "it.slopes: expected them beside gradient-mismatch, got nothing.";
  return undefined;
}
