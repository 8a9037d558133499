import { TrainingError } from "../base/errors";

/** One parameter with its moments. */
export interface AdamWState {
  readonly weight: Float32Array;
  /** First moment, running mean of the gradient. */
  readonly first: Float32Array;
  /** Second moment, running mean of the squared gradient. */
  readonly second: Float32Array;
}

/** The numbers of the update rule. */
export interface AdamWOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled: the weight shrinks by `learningRate · weightDecay` of itself. */
  readonly weightDecay: number;
}

/** The usual choice. */
export const adamWDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * One step of Adam with decoupled weight decay, in place.
 *
 * m = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²; w = w − η λ w − η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
 *
 * It runs on the host, in one pass over plain arrays: thousands of small tensor operations would take longer than
 * the backward pass of a small model. `Optimizer` does the same in float32 with a kernel.
 *
 * @param state - weight and moments, changed in place
 * @param gradient - dL/dw, the shape of the weight
 * @param step - t, from 1
 * @param options - learning rate η, decay λ, β₁, β₂, ε
 * @param gradientScale - multiplies the gradient first, for clipping
 * @throws TrainingError if the gradient is of another length, or the step is not counted from 1
 *
 * Reference: Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, 2019, algorithm 2.
 */
export function adamWStep(
  state: AdamWState,
  gradient: Float32Array,
  step: number,
  options: AdamWOptions,
  gradientScale = 1,
): void {
  const { weight, first, second } = state;
  if (gradient.length !== weight.length || !(step >= 1)) {
    throw new TrainingError(
      `adamWStep: ${gradient.length} gradients of ${weight.length} weights at step ${step}; ` +
        "expected as many, and steps from 1 on.",
    );
  }
  const { learningRate, beta1, beta2, epsilon, weightDecay } = options;
  const shrink = 1 - learningRate * weightDecay;
  const stepSize = learningRate / (1 - beta1 ** step);
  const correction = 1 / (1 - beta2 ** step);
  for (let i = 0; i < weight.length; i++) {
    const g = gradient[i] * gradientScale;
    const m = beta1 * first[i] + (1 - beta1) * g;
    const v = beta2 * second[i] + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    weight[i] = weight[i] * shrink - (stepSize * m) / (Math.sqrt(v * correction) + epsilon);
  }
}

/**
 * The factor that brings a gradient's global norm down to a limit.
 *
 * min(1, limit / ‖g‖₂), over all parameters together; 0 or NaN if the norm is not finite
 *
 * @param norm - ‖g‖₂
 * @param limit - largest norm
 */
export const clipFactor = (norm: number, limit: number): number =>
  Math.min(1, limit / Math.max(norm, Number.MIN_VALUE));
