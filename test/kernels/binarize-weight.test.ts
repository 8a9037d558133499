import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference";
import { Arena, normals, worstError } from "./arena";

const scales = ["none", "tensor", "channel", "learned", "learned-tensor"] as const;
const forms = ["identity", "clip", "approx", "swish"] as const;
const sizes = [
  [1, 1],
  [3, 31],
  [33, 4],
  [64, 63],
  [65, 129],
] as const;

describe.each(scales)("weights with scale %s", (scale) => {
  test.each([
    [false, "product"],
    [true, "product"],
    [true, "detached"],
  ] as const)("centred %s, %s: values and gradients within 1e-5", (center, scaleGradient) => {
    for (const [inputs, outputs] of sizes) {
      for (const ste of forms) {
        const random = new Random(inputs, outputs);
        const [w, dy, parameters] = [inputs * outputs, inputs * outputs, outputs].map((n) => normals(random, n));
        // Exact zeros, as pruned or freshly made weights have: sign(0) = +1, but d|v|/dv = 0.
        for (let i = 0; i < w.length; i += 7) w[i] = 0;
        const given = scale === "learned-tensor" ? parameters.subarray(0, 1) : parameters;
        const arena = new Arena();
        const [wAt, dyAt, givenAt] = [w, dy, given].map((values) => arena.put(values));
        const count = scale === "channel" || scale === "learned" ? outputs : 1;
        const [signs, dw] = [arena.room(w.length), arena.room(w.length)];
        const [alpha, dalpha, scratch] = [arena.room(outputs), arena.room(count), arena.room(2 * outputs)];
        const sizes = { scale: scales.indexOf(scale), inputs, outputs, center };
        arena.kernels.binarizeWeight({ w: wAt, given: givenAt, signs, alpha, means: scratch, ...sizes });
        const derivative = { product: scaleGradient === "product", form: forms.indexOf(ste) };
        arena.kernels.binarizeWeightGrad({ g: dyAt, w: wAt, alpha, dw, dalpha, scratch, ...sizes, ...derivative });

        const form = { outputs, scale, center, ste, scaleGradient };
        const forward = reference.binarizeWeight(w, form, given);
        const backward = reference.binarizeWeightGrad(dy, w, forward.alpha, form);
        expect(worstError(arena.read(signs, w.length), forward.signs)).toBeLessThan(1e-5);
        expect(worstError(arena.read(alpha, outputs), forward.alpha)).toBeLessThan(1e-5);
        expect(worstError(arena.read(dw, w.length), backward.dw)).toBeLessThan(1e-5);
        expect(worstError(arena.read(dalpha, count), backward.dalpha)).toBeLessThan(1e-5);
        expect(arena.intact()).toBe(true);
      }
    }
  });
});
