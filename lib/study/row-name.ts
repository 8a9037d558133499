/** What a row's or run's name says. */
export interface RowName {
  /** Which parts are binarized, e.g. `mlp+mhsa`; the whole name where it names no parts. */
  readonly component: string;
  /** How they are scaled: all that follows the first slash, or the whole name where it names no parts. */
  readonly scale: string;
}

/**
 * Takes `mlp+mhsa/channel` apart. Any text may be a run's name, so nothing is left out: of `mlp/a/b` the scale is `a/b`,
 * and `/a` or `a/` is one word.
 *
 * @param name - of a study's row, or given to a run
 */
export function rowName(name: string): RowName {
  const at = name.indexOf("/");
  if (at < 1 || at === name.length - 1) return { component: name, scale: name };
  return { component: name.slice(0, at), scale: name.slice(at + 1) };
}

/** @returns whether a name has both a component and a scale */
export const namesParts = (name: string): boolean => rowName(name).component !== name;

/** @returns a name without what `tellApart` put behind it */
export const plainName = (name: string): string => name.replace(/ \[[^\]]*\]$/, "");
