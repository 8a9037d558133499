import type { Engine } from "../../lib/engine";

/** What a model says of an image. */
export interface Answer {
  /** The class it takes it for. */
  readonly best: number;
  /** Of each class, 0 … 1. */
  readonly probabilities: readonly number[];
}

/** @returns exp(z) / Σ exp(z) */
export function softmax(logits: ArrayLike<number>): number[] {
  const largest = Math.max(...Array.from(logits));
  const powers = Array.from(logits, (z) => Math.exp(z - largest));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
}

/** @param pixels - bytes as the model has them: a digit 0 … 16, 8×8; a photograph 0 … 255, 32×32×3 */
export function answerOf(engine: Engine, pixels: Uint8Array): Answer {
  const probabilities = softmax(engine.forward(pixels, 1));
  return { best: probabilities.indexOf(Math.max(...probabilities)), probabilities };
}

/** Microseconds of one answer: the median of some timings, each long enough for a browser's coarse clock. */
export function microseconds(engine: Engine, pixels: Uint8Array, timings = 7): number {
  const found = Array.from({ length: timings }, () => {
    const start = performance.now();
    let [runs, passed] = [0, 0];
    while (passed < 2) {
      for (let i = 0; i < 10; i++) engine.forward(pixels, 1);
      runs += 10;
      passed = performance.now() - start;
    }
    return (1000 * passed) / runs;
  });
  return found.sort((a, b) => a - b)[Math.floor(timings / 2)];
}
