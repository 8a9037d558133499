import type { Pointer } from "../kernels/module";
import type { LayerProducts } from "./layer-products";
import type { EngineLayer } from "./weights";

/** Two rows of thresholds, one number for each hidden unit. */
export interface HiddenThresholds {
  /** A bit is 1 where v < upper … */
  readonly upper: Pointer;
  /** … and not v < lower; undefined where that is −∞ for all. */
  readonly lower?: Pointer;
}

/**
 * Where of hidden units only signs are read, sign(f(v) − τ), thresholds of v itself that give the same bits.
 *
 * v = acc · α + bias, and acc is one of k + 1 whole numbers: each of them is tried, with the kernel of f. GELU falls, then
 * rises, so the bits of a unit are 1 in one stretch; what has more than one has no such thresholds.
 *
 * @param fc1, fc2 - the layers before and behind f
 * @param activation - name of f
 * @param spare - room for the hidden units of one token
 * @param to - room for the thresholds, two for each hidden unit
 * @returns where they are, if there are any
 */
export function findHiddenThresholds(
  memory: WebAssembly.Memory,
  layers: LayerProducts,
  [fc1, fc2]: readonly [EngineLayer, EngineLayer],
  activation: string,
  spare: Pointer,
  to: Pointer,
): HiddenThresholds | undefined {
  if (!areSigns(fc1) || !areSigns(fc2)) return undefined;
  const { inputs: k, outputs: n } = fc1;
  const floats = (at: Pointer) => new Float32Array(memory.buffer, at, n);
  const given = (at: Pointer, otherwise: number) => (at ? floats(at) : new Float32Array(n).fill(otherwise));
  const [alpha, bias, tau] = [given(fc1.alpha, 1), given(fc1.bias, 0), given(fc2.threshold, 0)];
  const [x, upper, lower] = [spare, to, to + 4 * n].map(floats);
  const [values, stretch] = [new Float32Array(n), new Uint8Array(n)]; // before, in, or behind the stretch of ones
  upper.fill(Number.NEGATIVE_INFINITY);
  lower.fill(Number.NEGATIVE_INFINITY);
  for (let acc = -k; acc <= k; acc += 2) {
    // So that v rises.
    for (let j = 0; j < n; j++) values[j] = Math.fround((alpha[j] < 0 ? -acc : acc) * alpha[j]) + bias[j];
    x.set(values);
    layers.activate(activation, spare, 1, n);
    for (let j = 0; j < n; j++) {
      if (Number.isNaN(x[j])) return undefined;
      const isOne = x[j] < tau[j];
      if (isOne && stretch[j] === 2) return undefined;
      if (isOne && stretch[j] === 0) {
        if (acc > -k) lower[j] = values[j];
        upper[j] = Number.POSITIVE_INFINITY;
        stretch[j] = 1;
      }
      if (isOne || stretch[j] !== 1) continue;
      upper[j] = values[j];
      stretch[j] = 2;
    }
  }
  return lower.every((v) => v === Number.NEGATIVE_INFINITY) ? { upper: to } : { upper: to, lower: to + 4 * n };
}

const areSigns = ({ product, factor }: EngineLayer): boolean => product === "signs" && factor === "none";
