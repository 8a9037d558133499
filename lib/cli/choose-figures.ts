import { UsageError } from "../base/errors";
import { didYouMean } from "../base/suggest";
import type { Figure } from "../plot/figure";
import type { FigureOptions } from "./figure-options";

/**
 * The figures that were asked for, each once, in their own order.
 *
 * @param figures - all that there are, by the name of their files, `folder/name` where they have folders
 * @param options - names of some; a name without a folder is that of every folder, one without a data set that of every data set
 * @param known - names that figures may have, whether or not they are there
 * @param source - what the figures are of, for messages
 * @throws UsageError if there is no figure of a name, or a title for several
 */
export function chooseFigures(
  figures: Readonly<Record<string, Figure>>,
  { only, title }: Pick<FigureOptions, "only" | "title">,
  known: readonly string[],
  source: string,
): Record<string, Figure> {
  const names = Object.keys(figures);
  const has = (asked: string) =>
    names.filter((name) => {
      const own = asked.includes("/") ? name : withoutFolder(name);
      return own === asked || (known.includes(asked) && own.startsWith(`${asked}-`));
    });
  for (const asked of only ?? []) {
    if (has(asked).length > 0) continue;
    const what = known.includes(asked)
      ? `The ${source} has not what ${asked} shows.`
      : `There is no figure ${JSON.stringify(asked)}.${didYouMean(asked, [...new Set([...names, ...names.map(withoutFolder)])])}`;
    throw new UsageError(`${what} Its figures: ${names.join(", ")}.`);
  }
  const wanted = new Set(only?.flatMap(has) ?? names);
  if (title !== undefined && wanted.size !== 1) {
    throw new UsageError(
      `--title is for one figure, these are ${wanted.size}: ${[...wanted].join(", ")}. Choose one with --only.`,
    );
  }
  return Object.fromEntries(Object.entries(figures).filter(([name]) => wanted.has(name)));
}

const withoutFolder = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
