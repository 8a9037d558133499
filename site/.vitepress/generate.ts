import { type MakeOptions, makePages } from "../make/make-pages";
import type { Page } from "../make/page";
import { writeFiles } from "../make/write-files";

/** Makes the pages and writes them where VitePress finds them. */
export function generate(folder: string, options: MakeOptions): readonly Page[] {
  const { pages, files } = makePages(options);
  writeFiles(folder, files);
  return pages;
}
