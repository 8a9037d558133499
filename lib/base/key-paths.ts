import type { z } from "zod";
import { nearest } from "./suggest";

/**
 * Every key that a schema knows.
 *
 * @param schema - objects within objects, optional or not; unions of them
 * @returns dotted paths such as `model.embedDim`; a place in a list is `*`
 */
export function keyPaths(schema: z.core.$ZodType): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return Object.entries(def.shape).flatMap(([key, value]) => [
        key,
        ...keyPaths(value).map((path) => `${key}.${path}`),
      ]);
    case "array":
      return keyPaths(def.element).map((path) => `*.${path}`);
    case "union":
      return [...new Set(def.options.flatMap(keyPaths))];
    case "optional":
    case "default":
      return keyPaths(def.innerType);
    default:
      return [];
  }
}

/**
 * The key that somebody may have meant: of the same name elsewhere, else of a similar name here, else elsewhere.
 *
 * @param key - as written
 * @param place - keys that lead to it
 * @param paths - what `keyPaths` says
 * @param where - what the whole is called
 * @returns how to say it: `"epochs"` in quotes for a neighbour, `training.epochs` for another place, `"stem" of where`
 *   for the top
 */
export function meantKey(
  key: string,
  place: readonly string[],
  paths: readonly string[],
  where: string,
): string | undefined {
  const here = place.map((part) => (/^\d+$/.test(part) ? "*" : part)).join(".");
  const parents = paths.map((path) => path.slice(0, Math.max(0, path.lastIndexOf("."))));
  const names = paths.map((path) => path.slice(path.lastIndexOf(".") + 1));
  const neighbours = names.filter((_, i) => parents[i] === here);
  const neighbour = nearest(key, neighbours);
  if (neighbour?.toLowerCase() === key.toLowerCase()) return `"${neighbour}"`;
  const elsewhere = [...paths].sort((a, b) => a.split(".").length - b.split(".").length);
  const ending = (name: string) => elsewhere.find((path) => `.${path}`.endsWith(`.${name}`));
  const said = (path: string | undefined) =>
    path === undefined || path.includes(".") || place.length === 0 ? path : `"${path}" of ${where}`;
  const same = said(ending(key));
  if (same !== undefined || neighbour !== undefined) return same ?? `"${neighbour}"`;
  const near = nearest(key, names);
  return near === undefined ? undefined : said(ending(near));
}
