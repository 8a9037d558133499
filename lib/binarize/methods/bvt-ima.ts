import { type Method, use } from "../method";
import { scaledSign, signInput } from "./scaled-sign";

/**
 * BVT-IMA: scores of binary queries and keys have d + 1 values, and a learned table corrects each of them.
 *
 * A = softmax((sign(q) · sign(k)) / √d + T[h, (s + d) / 2]), T starts at 0: plain binary attention
 *
 * Pseudo-gradient: clipped straight-through for both signs; dT is the sum of what reaches its entries. The correction is
 * added after the division by √d, which only scales T.
 *
 * Reference: Wang et al., *BVT-IMA: Binary Vision Transformer with Information-Modified Attention*, 2024.
 */
export const bvtIma: Method = {
  title: "BVT-IMA",
  about: ["attention"],
  reference: "BVT-IMA, AAAI 2024",
  weight: use(scaledSign),
  input: use(signInput),
  operand: use(signInput),
  correction: "table",
};
