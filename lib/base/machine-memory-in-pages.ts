/** What takes the place of machine-memory.ts in a page, which is not told: WebAssembly's own limit is reached first. */
export const machineMemory = (): number => Number.POSITIVE_INFINITY;
