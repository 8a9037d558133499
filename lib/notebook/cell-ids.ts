import { createHash } from "node:crypto";

/** What nbformat 4.5 accepts. */
const valid = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Gives an id to every cell that has none, a malformed one, or one that a cell before it has.
 *
 * New ids are made of the cell's place and text, so that the same file always gets the same ones.
 *
 * @param cells - as read
 * @returns the cells, each with an id of its own
 */
export function withCellIds<C extends { id?: unknown; source: string }>(cells: readonly C[]): (C & { id: string })[] {
  const taken = new Set<unknown>();
  const kept = cells.map(({ id }) => {
    const isGood = typeof id === "string" && valid.test(id) && !taken.has(id);
    taken.add(id);
    return isGood ? id : undefined;
  });
  return cells.map((cell, index) => ({ ...cell, id: kept[index] ?? freshId(index, cell.source, taken) }));
}

function freshId(index: number, source: string, taken: Set<unknown>): string {
  for (let attempt = 0; ; attempt++) {
    const id = createHash("sha256")
      .update(JSON.stringify([index, source, attempt]))
      .digest("hex")
      .slice(0, 8);
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}
