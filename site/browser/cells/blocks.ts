import { printed, type Shown } from "./protocol";

/** What a cell put out as blocks on the page: what was printed line after line is one. */
export function inBlocks(outputs: readonly (Shown | undefined)[]): Shown[] {
  const blocks: Shown[] = [];
  for (const shown of outputs) {
    if (!shown) continue; // a place that was opened and not yet filled
    const before = blocks.at(-1)?.[printed];
    if (before !== undefined && shown[printed] !== undefined) {
      blocks[blocks.length - 1] = { [printed]: `${before}${shown[printed]}` };
    } else blocks.push(shown);
  }
  return blocks;
}
