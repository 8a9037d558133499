import { type MakeOptions, makePages } from "../make/make-pages";
import { type Page, publicFile } from "../make/page";
import { recordRows } from "../make/record-rows";
import { writeFiles } from "../make/write-files";

/** Makes the pages and writes them where VitePress finds them. */
export function generate(folder: string, options: MakeOptions): readonly Page[] {
  const { pages, files } = makePages(options);
  writeFiles(folder, [...files, publicFile("/records.json", JSON.stringify(recordRows(options.root)))]);
  return pages;
}
