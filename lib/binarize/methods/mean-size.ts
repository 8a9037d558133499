import type { OwnParameter, Site } from "../quantizer";

/**
 * A learned α that starts at the mean of abs(W): of each output, or of the whole matrix where it is one number.
 *
 * @param site - where the weights stand
 * @param shape - of the parameter, with as many entries as outputs, or one
 * @param sums - what the sizes are added up in; another rounds otherwise, so a quantizer keeps to its own
 */
export const startedAtMeanSize = (
  { inputs, outputs }: Site,
  shape: readonly number[] = [outputs],
  sums: typeof Float32Array | typeof Float64Array = Float32Array,
): OwnParameter => ({
  shape,
  start({ weight }) {
    const sizes = new sums(outputs);
    weight.forEach((value, i) => {
      sizes[i % outputs] += Math.abs(value);
    });
    const means = Float32Array.from(sizes, (size) => size / inputs);
    return shape.includes(outputs) ? means : Float32Array.of(means.reduce((a, b) => a + b, 0) / outputs);
  },
});
