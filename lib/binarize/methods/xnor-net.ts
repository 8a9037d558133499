import { type Method, use } from "../method";
import { scaledSign, signInput } from "./scaled-sign";

const reference = "Rastegari et al., XNOR-Net, 2016";

/** Of q and k: they are all that there is, so that their size has to be kept for the softmax. */
const operand = use(signInput, { scale: "token", scaleGradient: "product" });

/** One coefficient for the whole weight tensor: α = mean abs(W). */
export const tensor: Method = {
  title: "BNN with a tensor scale",
  reference,
  weight: use(scaledSign, { scale: "tensor" }),
  input: use(signInput),
  operand,
};

/** XNOR-Net without K: α = mean abs(W) of each output channel. Section 3.1. */
export const channel: Method = {
  title: "XNOR-Net without K",
  about: ["layers", "attention"],
  reference,
  weight: use(scaledSign),
  input: use(signInput),
  operand,
};

/** Binary-Weight-Network: `channel` with float inputs (W1A32). Section 3.1. */
export const binaryWeight: Method = { title: "BWN", reference, weight: use(scaledSign) };

/** XNOR-Net: `channel` times K, the mean absolute input of each token, or of each window of a convolution. Section 3.2. */
export const xnor: Method = {
  title: "XNOR-Net",
  reference,
  weight: use(scaledSign),
  input: use(signInput, { scale: "token" }),
  operand,
};

/** `channel` with learned coefficients, in the manner of XNOR-Net++. Bulat and Tzimiropoulos, 2019. */
export const learned: Method = {
  title: "learned α",
  reference: "Bulat and Tzimiropoulos, XNOR-Net++, 2019, case 1",
  weight: use(scaledSign, { scale: "learned" }),
  input: use(signInput),
  operand,
};
