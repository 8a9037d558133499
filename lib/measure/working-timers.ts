import type { Timer } from "./interleave";

/**
 * Runs every timer once, before anything counts: what a peer compiles is compiled then, and one that cannot do the work
 * loses its rows instead of ending the bench.
 *
 * @param timers - by name
 * @param absent - told why a timer was left out, in a sentence
 * @returns those that work
 */
export async function workingTimers(
  timers: Readonly<Record<string, Timer>>,
  absent?: (reason: string) => void,
): Promise<Record<string, Timer>> {
  const working: Record<string, Timer> = {};
  for (const [name, time] of Object.entries(timers)) {
    try {
      await time(1);
      working[name] = time;
    } catch (error) {
      absent?.((error as Error).message);
    }
  }
  return working;
}
