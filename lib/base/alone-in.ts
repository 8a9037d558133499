import { setTimeout as sleep } from "node:timers/promises";
import { type Claim, type ClaimRequest, claimFolder } from "./claim";
import { CancelledError, FolderInUse } from "./errors";

/** What one who waits may be given. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Told once whom is waited for. */
  readonly onWait?: (who: string) => void;
}

/** Milliseconds between two looks at a folder that somebody has. */
const lookEvery = 250;

/**
 * Works in a folder alone: waits for another process, or another call in this one, that does.
 *
 * @param folder - made if it is not there
 * @param request - what for
 * @param work - what to do
 * @returns what `work` does
 * @throws what `claimFolder` throws but for FolderInUse; CancelledError if `signal` stops the waiting
 */
export async function aloneIn<T>(
  folder: string,
  request: ClaimRequest,
  { signal, onWait }: WaitOptions,
  work: () => Promise<T> | T,
): Promise<T> {
  const claim = await waitFor();
  try {
    return await work();
  } finally {
    claim.release();
  }

  async function waitFor(): Promise<Claim> {
    for (let told = false; ; told = true) {
      try {
        return await claimFolder(folder, request, { signal });
      } catch (error) {
        if (!(error instanceof FolderInUse)) throw error;
        if (!told) onWait?.(error.who);
      }
      await sleep(lookEvery, undefined, { signal }).catch(() => {
        throw new CancelledError(`Stopped while it waited for ${folder}. Run the same command again.`);
      });
    }
  }
}
