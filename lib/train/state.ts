import type { ParameterArrays } from "../vit/parameters";
import type { AdamWState } from "./adamw";
import type { EpochRecord } from "./record";
import type { EpochState } from "./running-epoch";

/**
 * Everything needed to go on after any step. Generators are not in it: seed, epoch and batch decide where they stand.
 */
export interface TrainingState {
  /** Finished epochs. */
  readonly epoch: number;
  readonly weights: ParameterArrays;
  readonly first: Readonly<Record<string, Float32Array>>;
  readonly second: Readonly<Record<string, Float32Array>>;
  readonly curve: readonly EpochRecord[];
  readonly seconds: number;
  /** How much of the training is done, 0 … 1; for those who watch. */
  readonly share: number;
  /** The epoch that is going on; none between epochs. */
  readonly running?: EpochState;
}

/** Weights and moments while training goes on; also the parameters that the model reads (`data` is `weight`). */
export type States = Record<string, AdamWState & { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** @returns a copy of the state, to be saved */
export function snapshot(
  states: States,
  curve: readonly EpochRecord[],
  seconds: number,
  share: number,
  running?: EpochState,
): TrainingState {
  const pick = <T>(value: (state: States[string]) => T) =>
    Object.fromEntries(Object.entries(states).map(([name, state]) => [name, value(state)]));
  return {
    epoch: curve.length,
    weights: pick(({ shape, data }) => ({ shape, data: data.slice() })),
    first: pick(({ first }) => first.slice()),
    second: pick(({ second }) => second.slice()),
    curve: [...curve],
    seconds,
    share,
    ...(running && { running }),
  };
}
