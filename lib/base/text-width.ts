// East Asian wide and full-width characters (Unicode Standard Annex 11), which regular expressions have no name for.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1b000}-\u{1b2fb}\u{20000}-\u{3fffd}]/u;
const emoji = /^\p{Emoji_Presentation}|\ufe0f/u;
const without = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** @returns whether a character takes the place of two in a terminal, and a full square in a line of text */
export const isWide = (character: string): boolean => wide.test(character);

/** @returns how many columns of a terminal a text takes: two for Japanese letters, none for combining marks */
export function textColumns(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += columnsOf(segment);
  return columns;
}

/** `String.padEnd` by columns of a terminal. */
export const padEnd = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - textColumns(text)));

/** `String.padStart` by columns of a terminal. */
export const padStart = (text: string, columns: number): string =>
  " ".repeat(Math.max(0, columns - textColumns(text))) + text;

/** @returns as much of the beginning of a text as fits into a number of columns */
export function cutToColumns(text: string, columns: number): string {
  let [kept, used] = ["", 0];
  for (const { segment } of graphemes.segment(text)) {
    used += columnsOf(segment);
    if (used > columns) break;
    kept += segment;
  }
  return kept;
}

function columnsOf(grapheme: string): number {
  if (without.test(grapheme)) return 0;
  return emoji.test(grapheme) || isWide(String.fromCodePoint(grapheme.codePointAt(0)!)) ? 2 : 1;
}
