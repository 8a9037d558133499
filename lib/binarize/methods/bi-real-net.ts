import { type Method, use } from "../method";
import { scaledSign, signInput } from "./scaled-sign";

/**
 * Bi-Real Net: a piecewise quadratic in place of the sign of inputs, and weights whose gradient knows their magnitude.
 *
 * W ≈ α sign(W), α = mean abs(W) of each output channel, x ≈ sign(x)
 *
 * Pseudo-gradient: dW = α · dŴ · [abs(W) ≤ 1], where α counts as a constant; dx = dsigns · (2 − 2 abs(x)) where abs(x) ≤ 1.
 * The public code leaves α out of dW; the paper is followed. Its shortcuts around every layer are a transformer's own.
 *
 * Reference: Liu et al., *Bi-Real Net*, 2018, sections 3.2 and 3.3.
 */
export const biRealNet: Method = {
  title: "Bi-Real Net",
  reference: "Liu et al., Bi-Real Net, 2018",
  weight: use(scaledSign, { scaleGradient: "detached" }),
  input: use(signInput, { slope: "approx" }),
};
