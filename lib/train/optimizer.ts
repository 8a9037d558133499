import { instantiateKernels, type KernelModule, type Pointer } from "../kernels/module";
import { readKernels } from "../kernels/read";
import { hasSimd } from "../kernels/simd";
import type { ParameterArrays } from "../vit/parameters";
import { type AdamWOptions, adamWStep } from "./adamw";
import type { States, TrainingState } from "./state";

const pageBytes = 65_536;

/**
 * AdamW over all parameters. Weights and moments lie in a WebAssembly memory of their own, so that a step is one pass of
 * the kernel over them; the arrays in `states` are views of it. Without WebAssembly SIMD `adamWStep` does the same, in
 * float64 between the stores.
 */
export class Optimizer {
  /** Weights and moments; also the parameters that the model reads. */
  readonly states: States;
  private readonly kernels: KernelModule | undefined;
  private readonly places = new Map<string, Record<"weight" | "first" | "second" | "gradient", Pointer>>();
  private readonly memory: WebAssembly.Memory;

  /** @param start - fresh weights, or a saved state to go on from; copied */
  constructor(start: { readonly weights: ParameterArrays } & Partial<Pick<TrainingState, "first" | "second">>) {
    const total = Object.values(start.weights).reduce((sum, { data }) => sum + data.length, 0);
    this.memory = new WebAssembly.Memory({ initial: 1 + Math.ceil((16 * total) / pageBytes) });
    if (hasSimd()) this.kernels = instantiateKernels(readKernels(), this.memory);
    let end = 0;
    const place = (length: number): Pointer => {
      end += 4 * length;
      return end - 4 * length;
    };
    this.states = Object.fromEntries(
      Object.entries(start.weights).map(([name, { shape, data }]) => {
        const { length } = data;
        const at = { weight: place(length), first: place(length), second: place(length), gradient: place(length) };
        this.places.set(name, at);
        const view = (from: Pointer, values?: Float32Array) => {
          const array = new Float32Array(this.memory.buffer, from, length);
          if (values) array.set(values);
          return array;
        };
        const weight = view(at.weight, data);
        const [first, second] = [view(at.first, start.first?.[name]), view(at.second, start.second?.[name])];
        return [name, { shape, data: weight, weight, first, second }];
      }),
    );
  }

  /**
   * The norm of the gradient over all parameters, ‖g‖₂.
   *
   * @param gradients - by parameter name; kept for `step`
   */
  gradientNorm(gradients: Readonly<Record<string, Float32Array>>): number {
    let sum = 0;
    for (const [name, { gradient }] of this.places) {
      const view = new Float32Array(this.memory.buffer, gradient, gradients[name].length);
      view.set(gradients[name]);
      if (this.kernels) sum += this.kernels.sumOfSquares({ g: gradient, count: view.length });
      else for (let i = 0; i < view.length; i++) sum += view[i] * view[i];
    }
    return Math.sqrt(sum);
  }

  /**
   * One step with the gradients that `gradientNorm` was given.
   *
   * @param step - t, from 1
   * @param options - rates
   * @param gradientScale - multiplies the gradient first, for clipping
   * @param decayOf - weight decay of a parameter, by its name
   */
  step(
    step: number,
    options: Omit<AdamWOptions, "weightDecay">,
    gradientScale: number,
    decayOf: (name: string) => number,
  ): void {
    for (const [name, at] of this.places) {
      const own = { ...options, weightDecay: decayOf(name) };
      const state = this.states[name];
      if (this.kernels) this.fusedStep(at, state.weight.length, step, own, gradientScale);
      else {
        const gradient = new Float32Array(this.memory.buffer, at.gradient, state.weight.length);
        adamWStep(state, gradient, step, own, gradientScale);
      }
    }
  }

  /**
   * Cuts weights to [−limit, limit].
   *
   * @param names - of the parameters
   */
  clip(names: readonly string[], limit: number): void {
    for (const name of names) {
      const { weight } = this.states[name];
      for (let i = 0; i < weight.length; i++) weight[i] = Math.min(limit, Math.max(-limit, weight[i]));
    }
  }

  private fusedStep(
    { weight, gradient, first, second }: Record<"weight" | "first" | "second" | "gradient", Pointer>,
    count: number,
    step: number,
    { learningRate, beta1, beta2, epsilon, weightDecay }: AdamWOptions,
    gradientScale: number,
  ): void {
    const shrink = 1 - learningRate * weightDecay;
    const stepSize = learningRate / (1 - beta1 ** step);
    const correction = 1 / (1 - beta2 ** step);
    const rates = { gradientScale, beta1, beta2, shrink, stepSize, correction, epsilon };
    this.kernels?.adamw({ weight, gradient, first, second, count, ...rates });
  }
}
