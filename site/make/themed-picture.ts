import { type Piece, publicFile } from "./page";

const picture =
  /<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">\s*<img src="([^"]+)" alt="([^"]+)">\s*<\/picture>/g;

/**
 * Pictures that the repository shows light or dark as the reader's system is, so that they follow the site's own switch.
 *
 * @param markdown - a text with `<picture>` elements
 * @param read - reads a file by the path that stands there: where the site has it, and its content
 * @returns the text with both pictures, of which the theme shows one, and the files
 */
export function withThemedPictures(
  markdown: string,
  read: (path: string) => { readonly link: string; readonly content: Uint8Array },
): Piece {
  const files: Piece["files"][number][] = [];
  const shown = (path: string, alt: string, theme: "light" | "dark") => {
    const { link, content } = read(path);
    files.push(publicFile(link, content));
    return `<img class="on-${theme}" src="${link}" alt="${alt}" loading="lazy">`;
  };
  const changed = markdown.replace(picture, (_, dark, light, alt) =>
    [shown(light, alt, "light"), shown(dark, alt, "dark")].join("\n"),
  );
  return { markdown: changed, files };
}
