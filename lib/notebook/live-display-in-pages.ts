import type { ShowInPlace } from "./live-display";

export type { ShowInPlace } from "./live-display";

let open: (() => ShowInPlace) | undefined;

/** Says where a page shows what cells put out. */
export function giveDisplay(opener: () => ShowInPlace): void {
  open = opener;
}

/** A page is no kernel of Jupyter's: nothing interrupts its cells but the end of their worker. */
export const insideKernel = (): boolean => false;

/** What takes the place of live-display.ts in a page. */
export const openDisplay = (): ShowInPlace | undefined => open?.();
