import * as tf from "@tensorflow/tfjs";
import { linear } from "../../ops/linear";
import { type Method, use } from "../method";
import { inputQuantizer, type OwnParameter, plainSigns, type Seen } from "../quantizer";
import { clip } from "../slopes/clip";
import { scaledSign, signInput } from "./scaled-sign";

/** How much narrower the gate's hidden layer is than its input. */
const reduction = 8;

const uniform =
  (count: number, fanIn: number) =>
  ({ random }: Seen) =>
    Float32Array.from({ length: count }, () => (2 * random.uniform() - 1) / Math.sqrt(fanIn));

const gate = inputQuantizer({
  name: "gate",
  revision: 1,
  settings: {},
  parameters({ inputs, outputs }): Record<string, OwnParameter> {
    const hidden = Math.max(1, Math.floor(inputs / reduction));
    return {
      reduce: { shape: [inputs, hidden], start: uniform(inputs * hidden, inputs) },
      expand: { shape: [hidden, outputs], start: uniform(hidden * outputs, hidden) },
    };
  },
  rule: (_, { reduce, expand }) => ({
    slope: clip,
    factor(x) {
      const pooled = tf.mean(x, -2, true); // over the tokens of an image
      return tf.sigmoid(linear(tf.relu(linear(pooled, reduce)), expand)); // [B, 1, O]
    },
  }),
  left: () => ({ ...plainSigns, factor: "other" }),
});

/**
 * Real-to-Binary: a small float network looks at the real input and scales each output channel of each image.
 *
 * y = (sign(x) · sign(W)) · α · G(x) + bias, G(x) = sigmoid(relu(mean over tokens of x · R) · E), R [I, I/8], E [I/8, O]
 *
 * Pseudo-gradient: clipped straight-through for both signs; G is differentiated as it is, to x too. The learned α is kept
 * beside the gate, as in the paper; larq has the gate alone. What is left is no packed layer: G is floats for each image.
 *
 * Reference: Martinez et al., *Training Binary Neural Networks with Real-to-Binary Convolutions*, 2020, section 4.3.
 */
export const realToBinary: Method = {
  title: "Real-to-Binary",
  reference: "Martinez et al., Real-to-Binary Convolutions, 2020",
  weight: use(scaledSign, { scale: "learned" }),
  input: use(gate),
  operand: use(signInput),
};
