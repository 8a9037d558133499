/** Edits that still count as a slip of the fingers. */
const mostEdits = 3;

/**
 * The known word that somebody may have meant.
 *
 * @param word - as written
 * @param known - what could have been written
 * @returns the nearest by edits, in any case of letters, or one that begins with the word; undefined if none is near
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const near = known
    .map((other) => ({ other, edits: distance(lower, other.toLowerCase()) }))
    .filter(({ other, edits }) => edits <= mostEdits && edits < 0.5 * Math.max(word.length, other.length))
    .sort((a, b) => a.edits - b.edits)[0];
  return near?.other ?? (word.length > 2 ? known.find((other) => other.toLowerCase().startsWith(lower)) : undefined);
}

/** @returns ` Did you mean digits?`, with a space before it, or nothing if no known word is near */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return meant === undefined ? "" : ` Did you mean ${meant}?`;
}

/** Letters to change, to add, to leave out or to swap with their neighbour, at least. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > mostEdits) return mostEdits + 1;
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(changed, last[j] + 1, row[j - 1] + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}
