import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { readFigureOptions } from "../../lib/cli/figure-options";
import { drawKitFigures } from "../../lib/cli/kit-figures";
import { resultTable } from "../../lib/cli/result-table";
import type { BenchRow } from "../../lib/measure/row";
import { checkNotebook } from "../../lib/notebook/check";
import { findNotebooks, notebookName } from "../../lib/notebook/find";
import { compare } from "../../lib/study/compare";
import { interval, intervalOverImages } from "../../lib/study/interval";
import { methodRows } from "../../lib/study/method-rows";
import { loadStudy } from "../../lib/study/records";
import { resultRows } from "../../lib/study/table";
import type { RunRecord } from "../../lib/train/record";

const studies: Record<string, RunRecord[]> = {};
const study = (name: string) => {
  studies[name] ??= loadStudy(name);
  return studies[name];
};

test.each(findNotebooks().map((file) => [notebookName(file), file]))(
  "notebook %s is whole and up to date",
  (_, file) => {
    expect(checkNotebook(file)).toEqual([]);
  },
);

test("figures/ holds what the kit's records give, byte for byte, and nothing else", { timeout: 300_000 }, async () => {
  const kept = join(kitRoot(), "figures");
  const out = mkdtempSync(join(tmpdir(), "binvit-figures-"));
  const filesIn = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort();
  try {
    await drawKitFigures(out, readFigureOptions({}));
    expect(filesIn(kept), "run binvit figures, and remove what is left over").toEqual(filesIn(out));
    for (const name of filesIn(out)) {
      const same = readFileSync(join(out, name)).equals(readFileSync(join(kept, name)));
      expect(same, `${name} differs: run binvit figures`).toBe(true);
    }
  } finally {
    rmSync(out, { recursive: true });
  }
});

test("the recorded study reaches what the README says of it", () => {
  const records = study("quick");
  const mean = (name: string) => {
    const runs = records.filter((record) => record.name === name);
    expect(runs.length).toBeGreaterThanOrEqual(3);
    return runs.reduce((sum, run) => sum + run.test.accuracy, 0) / runs.length;
  };
  expect(mean("float")).toBeGreaterThanOrEqual(0.95);
  for (const part of ["mlp", "mhsa", "mlp+mhsa"]) {
    expect(mean(`${part}/channel`)).toBeGreaterThan(mean(`${part}/unscaled`) + 0.05);
  }
  for (const part of ["mlp", "mhsa"]) {
    expect(mean(`${part}/channel`)).toBeGreaterThanOrEqual(mean("mlp+mhsa/channel"));
  }
});

test("the README's table and differences are those of the recorded studies", () => {
  const records = study("quick");
  const readme = readFileSync(join(kitRoot(), "README.md"), "utf8").replace(/\s+/g, " ");
  const rows = resultTable(records).split("\n").slice(2);
  expect(rows).toHaveLength(12);
  for (const row of rows) expect(readme).toContain(row.replace(/ +\d+$/, "").replace(/\s+/g, " ")); // but for seconds
  const full = study("report");
  const accuracies = (wanted: string, of = full) =>
    of.filter(({ name }) => name === wanted).map(({ test }) => 100 * test.accuracy); // by seed
  const difference = (better: string, worse: string, of = full) => {
    const [ones, others] = [accuracies(better, of), accuracies(worse, of)];
    const { mean, low, high } = interval(ones.map((value, i) => value - others[i]));
    const [middle, from, to] = [mean, low, high].map((value) => value.toFixed(1).replace("-", "−"));
    return new RegExp(`\\+${middle}( points)? \\(${from} … ${to}\\)`);
  };
  for (const part of ["mlp", "mhsa", "mlp+mhsa"]) {
    expect(readme).toMatch(difference(`${part}/channel`, `${part}/unscaled`));
  }
  for (const part of ["mlp", "mhsa"]) expect(readme).toMatch(difference(`${part}/channel`, "mlp+mhsa/channel"));
  expect(readme).toMatch(difference("mlp+mhsa/learned", "mlp+mhsa/channel"));
  const photographs = study("report-cifar10");
  for (const part of ["mlp", "mhsa", "mlp+mhsa"]) {
    expect(readme).toMatch(difference(`${part}/channel`, `${part}/unscaled`, photographs));
  }
  for (const part of ["mlp", "mhsa"]) {
    expect(readme).toMatch(difference(`${part}/channel`, "mlp+mhsa/channel", photographs));
  }
  const { mean, low, high } = interval(accuracies("mlp+mhsa/learned-w1a32"));
  expect(readme).toContain(`${mean.toFixed(1)}% (${low.toFixed(1)} … ${high.toFixed(1)})`);
  for (const record of records) {
    const same = full.find(({ name, seed }) => name === record.name && seed === record.seed);
    expect(same?.weightsSha256, `${record.name}, seed ${record.seed}`).toBe(record.weightsSha256);
  }
});

/** Lines of a table of methods in docs/methods.md: the first is on digits, the second on photographs. */
function tableOfMethods(which: 0 | 1): string[] {
  const text = readFileSync(join(kitRoot(), "docs", "methods.md"), "utf8").split("### On photographs")[which];
  return text.split("\n").filter((line) => /^\| (float|mlp\+mhsa)/.test(line));
}

const count = (n: number): string => (n === 0 ? "-" : n.toLocaleString("en-US"));

test("the table of docs/methods.md is that of the recorded study, but for the times", () => {
  const lines = tableOfMethods(0);
  const rows = methodRows(study("methods")).map(({ component, scale, title, accuracy, ...costs }) => {
    const { mean, low, high } = accuracy;
    const [middle, from, to] = [mean, Math.max(0, low), Math.min(1, high)].map((value) => (100 * value).toFixed(1));
    const named = component === "float" ? ["float", ""] : [`\`${scale}\``, title];
    const numbers = [middle, `${from} … ${to}`, ...[costs.bytesPacked, costs.binaryMacs, costs.macs].map(count)];
    return `| ${[component, ...named, ...numbers].join(" | ")} |`;
  });
  expect(lines.map((line) => line.replace(/ [^|]+\|$/, "")).sort()).toEqual(rows.sort());
  const packs = methodRows(study("methods")).filter(({ refused }) => !refused);
  expect(lines.filter((line) => /\| \d+\.\d \|$/.test(line))).toHaveLength(packs.length);
});

test("so is its table on photographs", () => {
  const onDigits = new Map(methodRows(study("methods")).map(({ name, accuracy }) => [name, accuracy.mean]));
  const percent = (share: number) => (100 * share).toFixed(1);
  const rows = methodRows(study("methods-cifar10")).map(
    ({ name, component, scale, accuracy: { mean }, bytesPacked }) => {
      const { low, high } = intervalOverImages(mean, 10_000);
      const named = [component, component === "float" ? "float" : `\`${scale}\``];
      const numbers = [percent(mean), `${percent(low)} … ${percent(high)}`, count(bytesPacked)];
      return `| ${[...named, ...numbers, percent(onDigits.get(name) ?? Number.NaN)].join(" | ")} |`;
    },
  );
  expect(tableOfMethods(1).sort()).toEqual(rows.sort());
});

test("what the README says of stems is what was recorded", () => {
  const readme = readFileSync(join(kitRoot(), "README.md"), "utf8").replace(/\s+/g, " ");
  for (const stem of ["conv", "patch"]) {
    const { accuracy } = resultRows(study("stems")).find(({ name }) => name === `${stem}+everything/bit`)!;
    const [mean, low, high] = [accuracy.mean, accuracy.low, accuracy.high].map((value) => (100 * value).toFixed(1));
    expect(readme).toContain(`${mean}% (${low} … ${high})`);
  }
});

test("the differences that docs/studies.md tells of one ingredient at a time are those recorded", () => {
  const text = readFileSync(join(kitRoot(), "docs", "studies.md"), "utf8").replace(/\s+/g, " ");
  const section = text.slice(text.indexOf("## One ingredient"), text.indexOf("## The best"));
  const others = (name: string, base: string) =>
    resultRows(study(name)).flatMap(({ name: row }) => (row === base || row === "float" ? [] : [[row, base] as const]));
  const families = [
    compare(study("straight-through"), others("straight-through", "mlp+mhsa/clip")),
    compare(study("scale-gradient"), others("scale-gradient", "mlp+mhsa/channel-product")),
    compare(
      study("width"),
      [1, 2, 3].map((i) => [`width-${i}/float`, `width-${i}/channel`] as const),
    ),
  ];
  const decided = families.flat().filter(({ together: { low, high } }) => low > 0 || high < 0);
  expect(decided).toHaveLength(2 + 3 + 3);
  for (const { difference, together } of decided) {
    const points = [difference.mean, together.low, together.high].map((share) => Math.abs(100 * share));
    const [mean, low, high] = [points[0], Math.min(...points), Math.max(...points)].map((value) => value.toFixed(1));
    expect(section).toMatch(new RegExp(`\\b${mean}( [^(]*)? \\(${low} … ${high}\\)`));
  }
});

test("the README's tables of speed are those of the recorded benchmark", () => {
  const { rows, bytes } = JSON.parse(readFileSync(join(kitRoot(), "data", "results", "bench.json"), "utf8"));
  const readme = readFileSync(join(kitRoot(), "README.md"), "utf8");
  const number = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0));
  const written = readme.match(/^\| `[^`]+` \| [a-z0-9-]+ \|.*$/gm) ?? [];
  expect(written.length).toBeGreaterThan(20);
  const measured = rows.map(
    ({ case: name, peer, ours, theirs, ratio }: BenchRow) =>
      `| \`${name}\` | ${peer} | ${number(ours)} | ${number(theirs)} | ` +
      `${number(ratio.median)} (${number(ratio.min)} … ${number(ratio.max)}) |`,
  );
  for (const line of written) expect(measured).toContain(line);
  const size = (format: string) =>
    bytes.find((row: { model: string; format: string }) => row.model.startsWith("cifar-s") && row.format === format)
      .bytes;
  expect(readme).toContain(`${(size("safetensors") / size("packed")).toFixed(1)} times smaller`);
});
