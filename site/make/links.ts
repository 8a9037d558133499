import { posix } from "node:path";
import { FileError } from "../../lib/base/errors";
import { type Source, solutionsOf } from "./sources";

/** What links of the repository lead to on the site. */
export interface LinkTargets {
  /** Pages by file or folder of the repository, with an anchor where only a part is meant. */
  readonly pages: ReadonlyMap<string, string>;
  /** Whether a path of the repository is a file, a folder or nothing. */
  kindOf(path: string): "file" | "folder" | undefined;
  /** Where the repository can be read, without a slash at the end; files that are no pages are linked there. */
  readonly repository?: string | undefined;
}

/** Pages by what the repository calls them; solutions are folded below the exercises of their notebook. */
export function pagesBySource(sources: readonly Source[]): Map<string, string> {
  const pages = new Map([
    ["notebooks", "/notebooks/"],
    ["notebooks/solutions", "/notebooks/"],
  ]);
  for (const { file, link, group } of sources) {
    pages.set(file, link);
    if (group === "notebooks") pages.set(solutionsOf(file), `${link}#exercises`);
  }
  return pages;
}

/**
 * Where a link leads on the site.
 *
 * @param target - as a file of the repository has it: an address, an anchor, or a path from that file's folder
 * @param from - that file, from the repository's root
 * @param targets - what there is
 * @returns an address; undefined for a file that is no page while no repository is known
 * @throws FileError if there is no such file
 */
export function linkFrom(target: string, from: string, targets: LinkTargets): string | undefined {
  if (/^([a-z][a-z0-9+.-]*:|\/\/|#)/i.test(target)) return target;
  const [path, anchor] = target.split("#", 2);
  const file = posix.join(posix.dirname(from), decodeURI(path)).replace(/\/$/, "");
  const page = targets.pages.get(file);
  if (page !== undefined) return anchor === undefined ? page : `${page.split("#")[0]}#${anchor}`;
  const kind = targets.kindOf(file);
  if (kind === undefined) throw new FileError(`${from} links to ${target}, and there is no ${file}: correct the link.`);
  if (targets.repository === undefined) return undefined;
  return `${targets.repository}/${kind === "file" ? "blob" : "tree"}/HEAD/${encodeURI(file)}`;
}
