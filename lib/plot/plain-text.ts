const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * A name or sentence as Plotly must be given it, to be drawn as it is: Plotly takes `<b>` and `&amp;` for markup.
 *
 * @param text - any text
 * @returns one line of it, with what no SVG file may hold replaced by �
 */
export const plain = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>]/g, (character) => entities[character]);
