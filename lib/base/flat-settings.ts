/** Settings without their nesting: `training.epochs` is 40; values as text. */
export type FlatSettings = ReadonlyMap<string, string>;

/**
 * Every value of nested settings by its dotted path; a list counts as one value.
 *
 * @param settings - objects within objects
 */
export function flatSettings(settings: object): FlatSettings {
  const flat = new Map<string, string>();
  const add = (key: string, value: unknown): void => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      flat.set(key, typeof value === "string" ? value : JSON.stringify(value));
      return;
    }
    for (const [inner, part] of Object.entries(value)) add(`${key}.${inner}`, part);
  };
  for (const [key, value] of Object.entries(settings)) if (value !== undefined) add(key, value);
  return flat;
}

/** @returns the paths at which some of them differ, in the order of their first appearance */
export function differingKeys(all: readonly FlatSettings[]): string[] {
  const keys = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  return keys.filter((key) => new Set(all.map((settings) => settings.get(key))).size > 1);
}
