const inside = (x: number): number => Math.max(-1, Math.min(1, x));
const steepness = (progress: number): number => 10 ** (2 * progress - 1);

/** What a sign is pretended to be in the backward pass, by the names of `lib/binarize/slopes`. */
export const pretended = {
  clip: inside,
  identity: (x: number) => x,
  approx: (x: number) => 2 * inside(x) - inside(x) * Math.abs(inside(x)),
  swish(x: number) {
    const sigma = 1 / (1 + Math.exp(-5 * x));
    return 2 * sigma * (1 + 5 * x * (1 - sigma)) - 1;
  },
  ede(x: number, progress: number) {
    const t = steepness(progress);
    return Math.max(1 / t, 1) * Math.tanh(t * x);
  },
} as const satisfies Record<string, (x: number, progress: number) => number>;
export type SlopeName = keyof typeof pretended;

/** d sign(x)/dx as it is pretended: the derivative of the above. */
export const slopeAt = {
  clip: (x: number) => (Math.abs(x) <= 1 ? 1 : 0),
  identity: () => 1,
  approx: (x: number) => (Math.abs(x) <= 1 ? 2 - 2 * Math.abs(x) : 0),
  swish: (x: number) => (5 * (2 - 5 * x * Math.tanh(2.5 * x))) / (1 + Math.cosh(5 * x)),
  ede(x: number, progress: number) {
    const t = steepness(progress);
    return Math.max(1 / t, 1) * t * (1 - Math.tanh(t * x) ** 2);
  },
} as const satisfies Record<SlopeName, (x: number, progress: number) => number>;
