import { ConfigError } from "../base/errors";
import type { Pointer } from "../kernels/module";

/** The most memory an engine takes, bytes; below it every address and size fits into the kernels' integers. */
const limit = 2 ** 30;

/** Hands out the places of a memory one after the other, before the memory has its size. */
export class Arena {
  private end = 16; // 0 is the null pointer

  /**
   * @param bytes - how many
   * @param what - what for, for messages
   * @returns where they start, a multiple of 16
   * @throws ConfigError if the memory would become too large
   */
  reserve(bytes: number, what: string): Pointer {
    const at = this.end;
    this.end += 16 * Math.ceil(bytes / 16);
    if (this.end <= limit) return at;
    const wanted = Math.ceil(this.end / 2 ** 20);
    throw new ConfigError(
      `This model's ${what} would bring the engine to ${wanted} MiB, and ${limit / 2 ** 20} are allowed. ` +
        "Give a smaller `maxBatch`; if it is 1, the model is too large.",
    );
  }

  /** Makes the memory large enough for what was reserved. */
  grow(memory: WebAssembly.Memory): void {
    const missing = this.end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
  }
}
