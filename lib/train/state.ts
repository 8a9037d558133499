import type { ParameterArrays } from "../vit/parameters";
import type { AdamWState } from "./adamw";
import type { EpochRecord } from "./record";

/** Everything needed to go on after a finished epoch. */
export interface TrainingState {
  /** Finished epochs. */
  readonly epoch: number;
  readonly weights: ParameterArrays;
  readonly first: Readonly<Record<string, Float32Array>>;
  readonly second: Readonly<Record<string, Float32Array>>;
  readonly curve: readonly EpochRecord[];
  readonly seconds: number;
}

/** Weights and moments while training goes on; also the parameters that the model reads (`data` is `weight`). */
export type States = Record<string, AdamWState & { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** @returns zero moments beside the given weights */
export function fresh(parameters: ParameterArrays): States {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [
      name,
      { shape, data, weight: data, first: new Float32Array(data.length), second: new Float32Array(data.length) },
    ]),
  );
}

/** @returns a copy of a saved state to train on */
export function restore({ weights, first, second }: TrainingState): States {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => {
      const own = data.slice();
      return [name, { shape, data: own, weight: own, first: first[name].slice(), second: second[name].slice() }];
    }),
  );
}

/** @returns a copy of the state, to be saved */
export function snapshot(states: States, curve: readonly EpochRecord[], seconds: number): TrainingState {
  const pick = <T>(value: (state: States[string]) => T) =>
    Object.fromEntries(Object.entries(states).map(([name, state]) => [name, value(state)]));
  return {
    epoch: curve.length,
    weights: pick(({ shape, data }) => ({ shape, data: data.slice() })),
    first: pick(({ first }) => first.slice()),
    second: pick(({ second }) => second.slice()),
    curve: [...curve],
    seconds,
  };
}
