/** Runs the same work some times over. @returns seconds for all of them together */
export type Timer = (repeats: number) => Promise<number>;

/** Seconds of one run by variant, an entry a round: undefined where a slow variant sat the round out. */
export type Measurements = Readonly<Record<string, readonly (number | undefined)[]>>;

/** Called before every timing, with what is timed and the share that is done. */
export type OnProgress = (what: string, share: number) => void;

/**
 * A timer around a function; a promise is awaited.
 *
 * @param work - one run
 * @param prepare - done before the clock starts
 */
export const timed =
  (work: () => unknown, prepare?: () => void): Timer =>
  async (repeats) => {
    prepare?.();
    const startedAt = performance.now();
    for (let i = 0; i < repeats; i++) {
      const result = work();
      if (result instanceof Promise) await result;
    }
    return (performance.now() - startedAt) / 1000;
  };

/** How much time is taken, seconds. */
export interface Pace {
  /** How long every variant runs before it counts, so that its code is compiled and its caches are filled. */
  readonly warmUp: number;
  /** Short runs are repeated until a timing takes about this long. */
  readonly timing: number;
}

const thorough: Pace = { warmUp: 0.3, timing: 0.04 };

/** A run that takes longer than this, seconds, is timed in every third round only. */
const slowSeconds = 1;

/**
 * Times variants in turn, round after round, so that all of them see the same machine.
 *
 * @param variants - by name
 * @param rounds - at least 1; slow variants take part in the first and every third after it
 * @param onProgress - progress
 * @param pace - less time where it does not matter how fast the variants are
 * @returns seconds of one run
 */
export async function interleave(
  variants: Readonly<Record<string, Timer>>,
  rounds: number,
  onProgress: OnProgress = () => {},
  pace = thorough,
): Promise<Measurements> {
  const names = Object.keys(variants);
  const seconds = Object.fromEntries(names.map((name) => [name, [] as (number | undefined)[]]));
  const plans: Record<string, { repeats: number; every: number }> = {};
  for (const name of names) {
    onProgress(`${name}, warm-up`, 0);
    plans[name] = plan(await warmUp(variants[name], pace), pace);
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { repeats, every } = plans[name];
      onProgress(`${name}, round ${round + 1}/${rounds}`, round / rounds);
      seconds[name].push(round % every === 0 ? (await variants[name](repeats)) / repeats : undefined);
    }
  }
  return seconds;
}

/** @returns seconds of one warm run */
async function warmUp(time: Timer, { warmUp }: Pace): Promise<number> {
  const first = await time(1);
  if (first > warmUp) return first;
  const repeats = Math.min(1000, Math.ceil(warmUp / first));
  return (await time(repeats)) / repeats;
}

const plan = (seconds: number, { timing }: Pace) => ({
  repeats: Math.min(10_000, Math.max(1, Math.round(timing / seconds))),
  every: seconds > slowSeconds ? 3 : 1,
});
