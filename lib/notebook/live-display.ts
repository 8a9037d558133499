import { randomUUID } from "node:crypto";
import type { MimeBundle } from "./nbformat";

/** Puts something into one place of a cell's output, over what was there; by MIME type, and what is to be known of it. */
export type ShowInPlace = (bundle: MimeBundle, metadata?: Readonly<Record<string, object>>) => void;

/** Whether this code runs in a tslab kernel, whoever started it. */
export function insideKernel(): boolean {
  return "__tslab__" in globalThis;
}

/**
 * Opens a place in the output of the cell that runs now.
 *
 * @returns a function that fills and refills it; undefined outside a kernel
 */
export function openDisplay(): ShowInPlace | undefined {
  if (!insideKernel()) return undefined;
  // Not imported above: outside a kernel it would load the whole TypeScript compiler. tslab's own newDisplay() sends
  // one MIME type at a time; this sends a picture together with the text for those who cannot show it.
  const { lastWriteDisplayData } = require("tslab/dist/jupyter") as {
    lastWriteDisplayData: (content: object, update: boolean) => void;
  };
  const transient = { display_id: randomUUID() };
  let shown = false;
  return (data, metadata = {}) => {
    lastWriteDisplayData({ data, metadata, transient }, shown);
    shown = true;
  };
}
