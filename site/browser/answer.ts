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

/** Long enough for a browser's coarse clock, and as long as a page may stand still, milliseconds. */
const clock = { least: 2, most: 100 };

/**
 * Microseconds of one answer: the median of some timings, fewer where all of them would take too long. The page stands
 * still meanwhile, and without SIMD an answer takes seconds: then it is one.
 */
export function microseconds(engine: Pick<Engine, "forward">, pixels: Uint8Array, timings = 7): number {
  const found: number[] = [];
  const begun = performance.now();
  for (let runs = 1; ; ) {
    const start = performance.now();
    for (let i = 0; i < runs; i++) engine.forward(pixels, 1);
    const now = performance.now();
    const passed = now - start;
    if (passed < clock.least) runs *= 2;
    else found.push((1000 * passed) / runs);
    // The next one takes as long again.
    if (found.length === timings || (found.length > 0 && now - begun + passed > clock.most)) break;
  }
  return found.sort((a, b) => a - b)[Math.floor(found.length / 2)];
}
