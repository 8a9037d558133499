import { existsSync } from "node:fs";
import { join } from "node:path";
import { kitRoot } from "../base/kit-root";
import { readDiagnosis } from "../diagnose/diagnosis-file";
import { diagnosisFigures } from "../plot/diagnosis-figures";
import type { Figure } from "../plot/figure";
import { type KeptFigures, keptFigures } from "../plot/kept-figures";
import { studyFigures } from "../plot/study-figures";
import { loadStudy } from "../study/records";
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
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  const made = `npx binvit study ${folder} --seeds ${seedsText(seeds)} --keep ${records}`;
  return { all: studyFigures(runs, roomIn(options)), madeBy: madeBy ?? [made] };
}

/** @returns `1,2,3` or `1-10` */
const seedsText = (seeds: readonly number[]): string =>
  seeds.length > 3 && seeds.every((seed, i) => seed === seeds[0] + i)
    ? `${seeds[0]}-${seeds[seeds.length - 1]}`
    : seeds.join(",");
