import { totalmem } from "node:os";

/** Bytes of memory that this process could get: the machine's, or as much of it as a container grants. */
export const machineMemory = (): number =>
  Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
