import { type MakeOptions, makePages } from "../make/make-pages";
import { type Page, publicFile } from "../make/page";
import { recordRows } from "../make/record-rows";
import { writeFiles } from "../make/write-files";

/**
 * Makes the pages and writes them where VitePress finds them.
 *
 * @param further - pages that were made otherwise
 */
export function generate(folder: string, options: MakeOptions, further: readonly Page[]): readonly Page[] {
  const made = makePages(options);
  const pages = [...made.pages, ...further];
  const files = [...made.files, ...further.flatMap((page) => page.files)];
  writeFiles(folder, [...files, publicFile("/records.json", JSON.stringify(recordRows(options.root)))]);
  return pages;
}
