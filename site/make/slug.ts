/**
 * The anchor of a heading, as GitHub makes it: the same links work in the repository and on the site.
 *
 * @param heading - text without markup
 */
export const slugOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");
