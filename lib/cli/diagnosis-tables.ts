import type { Diagnosis } from "../diagnose/diagnosis";
import type { Findings } from "../diagnose/findings";
import { chanceBand } from "../diagnose/gradient-mismatch";
import type { DiagnosticName } from "../diagnose/names";
import { alignedTable } from "./terminal";

/** What one diagnostic found, a name and a finding a run, as text. */
type Table<Found> = (found: readonly (readonly [name: string, found: Found])[], diagnosis: Diagnosis) => string;

const tables: { readonly [Name in DiagnosticName]: Table<Findings[Name]> } = {
  "scale-error": (found) =>
    found
      .map(([name, rows]) => {
        if (rows.length === 0) return floatModel(name);
        const cells = rows.map(({ layer, own, best, one }) => [layer, ...[own, best, one].map(decimals)]);
        return headed(name, alignedTable(["layer", "own α", "best α", "α = 1"], cells));
      })
      .join("\n\n"),

  "attention-entropy": (found) => {
    const cells = found.flatMap(([name, { entropy, most }]) =>
      entropy.map((heads, block) => {
        const all = mean(heads);
        const range = [all, Math.min(...heads), Math.max(...heads)];
        return [name, `${block + 1}`, ...range.map(decimals), percent(all / most)];
      }),
    );
    return alignedTable(["run", "block", "mean of heads, nats", "lowest head", "highest head", "share of ln N"], cells);
  },

  "attention-maps": (found) => {
    const most = Math.max(...found.flatMap(([, { blocks }]) => blocks.map(({ heads }) => heads.length)));
    const columns = Array.from({ length: most }, (_, h) => h);
    const cells = found.flatMap(([name, { answer, blocks }]) =>
      blocks.map(({ block, heads }) => [
        ...[name, answer, `${block}`],
        ...columns.map((h) => (heads[h] ? percent(Math.max(...heads[h])) : "-")),
      ]),
    );
    const table = alignedTable(["run", "says", "block", ...columns.map((h) => `head ${h + 1}`)], cells);
    return `The first test image is ${found[0][1].label}. What the patch that is looked at most gets of the attention:\n${table}`;
  },

  "gradient-mismatch": (found, { slopes = {} }) => {
    const shapes = Object.entries(slopes).map(([slope, { width, cosine }]) => [
      slope,
      width.toFixed(2),
      decimals(cosine),
    ]);
    const alone = alignedTable(["slope, at the end", "is that of sign under noise of width", "cosine"], shapes);
    return [...found.map(([name, rows]) => mismatchOf(name, rows)), alone].join("\n\n");
  },

  "residual-bypass": (found) => {
    const names = found.map(([name]) => name);
    const branches = [...new Set(found.flatMap(([, model]) => model.branches.map(({ branch }) => branch)))];
    const cells = branches.map((branch) => {
      const without = found.map(([, model]) => model.branches.find((one) => one.branch === branch));
      const lost = without.map((one) => (one ? signed((100 * one.lost).toFixed(1)) : "-"));
      return [branch, ...without.map((one) => (one ? percent(one.accuracy) : "-")), ...lost];
    });
    const whole = ["nothing", ...found.map(([, model]) => percent(model.whole.accuracy)), ...names.map(() => "-")];
    return alignedTable(["left out", ...names, ...names.map((name) => `${name}, points lost`)], [whole, ...cells]);
  },

  calibration: (found) => {
    const cells = found.map(([name, { error, confidence, accuracy }]) => [
      name,
      ...[error, confidence, accuracy].map(percent),
      signed(percent(confidence - accuracy)),
    ]);
    return alignedTable(["run", "calibration error", "confidence", "accuracy", "too sure by"], cells);
  },

  "loss-slice": (found) => {
    const shown = [-1, -0.5, -0.25, -0.1, 0, 0.1, 0.25, 0.5, 1];
    const cells = found.map(([name, { at, loss }]) => {
      const lossAt = (t: number) => loss[at.findIndex((one) => Math.abs(one - t) < 1e-9)];
      return [name, ...shown.map((t) => (lossAt(t) === undefined ? "-" : decimals(lossAt(t))))];
    });
    return alignedTable(["loss at", ...shown.map((t) => signed(`${t}`))], cells);
  },

  "flip-share": (found) => {
    const binarized = found.filter(([, shares]) => shares.some((share) => share > 0));
    if (binarized.length === 0) return "No weight changed its sign.";
    const cells = binarized.map(([name, shares]) => [
      name,
      ...[shares[0], shares[Math.floor(shares.length / 2)], shares[shares.length - 1]].map(percent),
    ]);
    return alignedTable(["run", "flips, first epoch", "in the middle", "last"], cells);
  },
};

/**
 * A diagnostic's table for the terminal, or why there is none.
 *
 * @param name - one that was taken
 * @param diagnosis - what was found
 */
export function diagnosisTable(name: DiagnosticName, diagnosis: Diagnosis): string {
  const found = diagnosis.found[name] ?? [];
  const table = tables[name] as Table<(typeof found)[number]>;
  return table(
    found.map((one, i) => [diagnosis.runs[i].name, one] as const),
    diagnosis,
  );
}

function mismatchOf(name: string, rows: Findings["gradient-mismatch"]): string {
  if (rows.length === 0) return floatModel(name);
  const slopes = Object.keys(rows[0].correlations);
  const cells = rows.map(({ layer, flipped, ...row }) => [
    layer,
    percent(flipped),
    ...slopes.map((slope) => signed(row.correlations[slope].toFixed(2))),
  ]);
  const means = slopes.map((slope) => mean(rows.map((row) => row.correlations[slope])).toFixed(2));
  cells.push(["mean", percent(mean(rows.map(({ flipped }) => flipped))), ...means.map(signed)]);
  const byChance = [1, rows.length].map((count) => `±${chanceBand(rows, count).toFixed(2)}`);
  return (
    `${headed(name, alignedTable(["layer", "flipped", ...slopes], cells))}\n` +
    `Chance alone stays within ${byChance[0]} for a layer, ${byChance[1]} for the mean, 95 times in 100.`
  );
}

const floatModel = (name: string): string => `${name} has no binarized weights.`;

const headed = (name: string, table: string): string => `${name}\n${table}`;

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** What rounds to nothing has no sign. */
const signed = (number: string): string => number.replace(/^-(?=[0.]+%?$)/, "").replace("-", "−");

const decimals = (value: number): string => value.toFixed(3);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
