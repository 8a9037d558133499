import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { FileError } from "../../lib/base/errors";
import { parseNotebook } from "../../lib/notebook/nbformat";
import type { Texts } from "../texts/en";
import { documentPage } from "./document-page";
import { homeParts } from "./home-parts";
import { type LinkTargets, linkFrom, pagesBySource } from "./links";
import { withLinks } from "./markdown";
import { notebookList } from "./notebook-list";
import { type NotebookFile, notebookPage } from "./notebook-page";
import { type Page, type PageFile, type Piece, publicFile } from "./page";
import { type PlotlyFigure, pictureOf } from "./picture";
import { solutionsOf, sourcesIn } from "./sources";
import { withThemedPictures } from "./themed-picture";

/** What the pages are made from. */
export interface MakeOptions {
  /** Folder of the repository. */
  readonly root: string;
  /** Where the repository can be read, such as `https://github.com/owner/name`. */
  readonly repository?: string | undefined;
  readonly texts: Texts;
  /** What Plotly draws in place of pictures, by their path in the repository. */
  readonly figures: ReadonlyMap<string, PlotlyFigure>;
}

/** What was made: the pages of the sidebar, and every file. */
export interface Made {
  readonly pages: readonly Page[];
  readonly files: readonly PageFile[];
}

/**
 * Makes every page from the repository's notebooks and documents; nothing is written to the disk.
 *
 * @throws NotebookError or FileError that names the file which no page can be made of
 */
export function makePages({ root, repository, texts, figures }: MakeOptions): Made {
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  const sources = sourcesIn(root);
  const targets: LinkTargets = {
    pages: pagesBySource(sources),
    repository,
    kindOf: (path) => {
      const stats = statSync(join(root, path), { throwIfNoEntry: false });
      return stats && (stats.isDirectory() ? "folder" : "file");
    },
  };
  const linkedFrom = (from: string) => (markdown: string) => {
    const fileAt = (target: string) => posix.join(posix.dirname(from), target);
    const themed = withThemedPictures(named(markdown, repository), (path) => ({
      link: `/${fileAt(path)}`,
      content: readFileSync(join(root, fileAt(path))),
    }));
    const files: PageFile[] = [...themed.files];
    const linked = withLinks(themed.markdown, ({ isPicture, text, target }) => {
      if (isPicture) {
        const file = fileAt(target);
        const picture = filePicture(file, readFileSync(join(root, file)), text, figures.get(file));
        files.push(...picture.files);
        return picture.markdown;
      }
      const link = linkFrom(target, from, targets);
      return link === undefined ? text : `[${text}](${link})`;
    });
    return { markdown: linked, files };
  };
  const notebookAt = (file: string): NotebookFile => {
    const json = read(file);
    return { name: posix.basename(file, ".ipynb"), json, notebook: parseNotebook(json, file) };
  };
  const notebooks = sources
    .filter(({ group }) => group === "notebooks")
    .map(({ file, link }) => ({ file: notebookAt(file), link, from: file }));
  const pages = [
    ...notebooks.map(({ file, link, from }) => {
      const solutions = existsSync(join(root, solutionsOf(from))) ? notebookAt(solutionsOf(from)) : undefined;
      const linkedInSolutions = linkedFrom(solutionsOf(from));
      return notebookPage(file, { link, solutions, texts, linked: linkedFrom(from), linkedInSolutions });
    }),
    ...sources
      .filter(({ group }) => group !== "notebooks")
      .map((source) => documentPage(source, read(source.file), linkedFrom(source.file))),
  ];
  const parts = Object.entries(homeParts(read("README.md"))).map(([name, part]) =>
    partFile(name, linkedFrom("README.md")(part.markdown)),
  );
  const list = notebookList(
    notebooks.map(({ file, link, from }) => ({ file, link, linked: linkedFrom(from) })),
    texts,
  );
  return { pages, files: eachOnce([...pages.flatMap((page) => page.files), ...list.files, ...parts.flat()]) };
}

/** A picture of several pages is one file; two of one name would be a mistake of this program. */
function eachOnce(files: readonly PageFile[]): PageFile[] {
  const byPath = new Map<string, PageFile>();
  for (const file of files) {
    const other = byPath.get(file.path);
    if (other && !Buffer.from(other.content).equals(Buffer.from(file.content))) {
      throw new FileError(`two files of the site would be ${file.path}: expected one of them to have another name.`);
    }
    byPath.set(file.path, file);
  }
  return [...byPath.values()];
}

/** A picture that is a file of the repository; a drawing (SVG) has its size in itself. */
function filePicture(file: string, content: Uint8Array, alt: string, figure?: PlotlyFigure): Piece {
  if (file.endsWith(".png")) return pictureOf({ png: content, alt, figure }, `/${file.replace(/\.png$/, "")}`);
  return { markdown: `![${alt}](/${file})`, files: [publicFile(`/${file}`, content)] };
}

/** The README's commands with the address of the repository, where it is known. */
const named = (markdown: string, repository: string | undefined): string =>
  repository === undefined ? markdown : markdown.replaceAll("<this repository>", repository);

const partFile = (name: string, { markdown, files }: Piece): PageFile[] => [
  { path: `parts/${name}.md`, content: `${markdown}\n` },
  ...files,
];
