import { FileError } from "../../lib/base/errors";

/** A part of the kit's public face. */
export interface LibrarySection {
  /** In an address: `packed-models`. */
  readonly name: string;
  /** As its heading says it: `Packed models`. */
  readonly title: string;
  /** What it exports, as statements of a file in a folder `depth` below the repository. */
  readonly code: string;
}

/**
 * The sections of an index: each begins with a comment of one line that names it.
 *
 * @param index - text of `lib/index.ts`
 * @param library - path from the file that will hold a section to `lib`
 * @throws FileError if there is no section
 */
export function librarySections(index: string, library: string): LibrarySection[] {
  const [, ...parts] = index.split(/^\/\/ (.+)$/m);
  if (parts.length === 0) throw new FileError("lib/index.ts has no sections: lines like `// data` were expected.");
  return Array.from({ length: parts.length / 2 }, (_, i) => {
    const [heading, exports] = parts.slice(2 * i, 2 * i + 2);
    return {
      name: heading.toLowerCase().replaceAll(" ", "-"),
      title: heading[0].toUpperCase() + heading.slice(1),
      code: exports.trim().replaceAll('from "./', `from "${library}/`),
    };
  });
}
