import { existsSync } from "node:fs";
import { join } from "node:path";
import { kitRoot } from "../base/kit-root";
import { readDiagnosis } from "../diagnose/diagnosis-file";
import { diagnosisFigures } from "../plot/diagnosis-figures";
import type { Figure } from "../plot/figure";
import { type KeptFigures, keptFigures } from "../plot/kept-figures";
import { studyFigures } from "../plot/study-figures";
import { studies } from "../study/presets/index";
import { loadStudy } from "../study/records";
import { parseStudyConfig } from "../study/study-config";
import type { StudyName } from "../study/study-names";
import { type FigureOptions, type Format, roomIn, usualFormats } from "./figure-options";

/** One entry of the list, with its figures. */
export interface KeptSource extends KeptFigures {
  /** Those of the list, in its order. */
  readonly drawn: Readonly<Record<string, Figure>>;
  readonly madeBy: readonly string[];
}

/**
 * Every entry of the list of which there are records.
 *
 * @param options - the size that figures are laid out for
 * @returns those, and the names of what is left out: `width`, or `width/accuracy-of-seeds` where its records have not that yet
 */
export function keptSources(options: FigureOptions): { sources: KeptSource[]; missing: string[] } {
  const missing: string[] = [];
  const sources = keptFigures.flatMap((kept): KeptSource[] => {
    const { folder, figures, asSvg } = kept;
    const path = join(kitRoot(), kept.records);
    if (!existsSync(path)) {
      missing.push(folder);
      return [];
    }
    const { all, madeBy } = path.endsWith(".json") ? ofDiagnosis(kept, path) : ofStudy(kept, path, options);
    const names = [...figures, ...asSvg];
    missing.push(...names.filter((name) => !all[name]).map((name) => `${folder}/${name}`));
    const drawn = Object.fromEntries(names.flatMap((name) => (all[name] ? [[name, all[name]]] : [])));
    return [{ ...kept, drawn, madeBy }];
  });
  return { sources, missing };
}

/** @returns what the figure `folder/name` is kept as */
export function keptFormats(path: string): readonly Format[] {
  const isSvg = keptFigures.some(({ folder, asSvg }) => asSvg.some((name) => path === `${folder}/${name}`));
  return isSvg ? ["svg"] : usualFormats;
}

function ofDiagnosis({ madeBy = [] }: KeptFigures, path: string) {
  return { all: diagnosisFigures(readDiagnosis(path)), madeBy };
}

function ofStudy({ folder, records, madeBy }: KeptFigures, path: string, options: FigureOptions) {
  const runs = loadStudy(path, (problem) => console.error(`binvit: ${problem}`));
  return { all: studyFigures(runs, roomIn(options)), madeBy: madeBy ?? commandsFor(folder, runs, records) };
}

/**
 * @param study - name of one that comes with the kit
 * @param runs - those that are recorded, perhaps not all of it
 * @param records - where they are kept
 * @returns a command for each set of seeds that rows have
 */
export function commandsFor(
  study: string,
  runs: readonly { readonly name: string; readonly seed: number }[],
  records: string,
): string[] {
  const whole = parseStudyConfig(studies[study as StudyName]).rows.map(({ name }) => name);
  const rows = new Map<string, string[]>();
  for (const row of whole) {
    const seeds = runs.filter(({ name }) => name === row).map(({ seed }) => seed);
    if (seeds.length === 0) continue;
    const text = seedsText([...new Set(seeds)].sort((a, b) => a - b));
    rows.set(text, [...(rows.get(text) ?? []), row]);
  }
  return [...rows].map(([seeds, names]) => {
    const some = names.length < whole.length ? ` --rows ${names.join(",")}` : "";
    return `npx binvit study ${study}${some} --seeds ${seeds} --keep ${records}`;
  });
}

/** @returns `1,2,3` or `1-10` */
const seedsText = (seeds: readonly number[]): string =>
  seeds.length > 3 && seeds.every((seed, i) => seed === seeds[0] + i)
    ? `${seeds[0]}-${seeds[seeds.length - 1]}`
    : seeds.join(",");
