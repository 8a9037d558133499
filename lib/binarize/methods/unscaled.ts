import { type Method, use } from "../method";
import { aboveMean } from "./above-mean";
import { scaledSign, signInput } from "./scaled-sign";

/**
 * Signs alone: W ≈ sign(W), x ≈ sign(x).
 *
 * Reference: Courbariaux et al., *Binarized Neural Networks*, 2016, section 1.
 */
export const unscaled: Method = {
  title: "BNN",
  reference: "Courbariaux et al., Binarized Neural Networks, 2016",
  weight: use(scaledSign, { scale: "none" }),
  input: use(signInput),
  probabilities: use(aboveMean, { scale: "none" }),
};
