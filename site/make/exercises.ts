/** An exercise, in Markdown, without its number. */
export interface Exercise {
  readonly number: number;
  readonly text: string;
}

/** The section of exercises: what stands before them, they, and what stands after. */
export interface ExerciseList {
  readonly before: string;
  readonly exercises: readonly Exercise[];
  readonly after: string;
}

/**
 * Takes a numbered list apart.
 *
 * @param markdown - a section without its heading; lines that belong to an item are indented
 */
export function exerciseList(markdown: string): ExerciseList {
  const before: string[] = [];
  const after: string[] = [];
  const exercises: { number: number; lines: string[] }[] = [];
  for (const line of markdown.split("\n")) {
    const [, number, text] = /^(\d+)\. +(.*)$/.exec(line) ?? [];
    if (number !== undefined) exercises.push({ number: Number(number), lines: [text] });
    else if (exercises.length === 0) before.push(line);
    else if (after.length === 0 && /^( |$)/.test(line)) exercises.at(-1)!.lines.push(line.replace(/^ {1,3}/, ""));
    else after.push(line);
  }
  return {
    before: before.join("\n").trim(),
    exercises: exercises.map(({ number, lines }) => ({ number, text: lines.join("\n").trim() })),
    after: after.join("\n").trim(),
  };
}
