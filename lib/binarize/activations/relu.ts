import * as tf from "@tensorflow/tfjs";
import type { Activation } from "../activation";

/** y = max(x, 0), dy/dx = [x > 0]: never negative, so that {0, 1} fits what follows. Nair and Hinton, 2010. */
export const relu: Activation = {
  revision: 1,
  apply: (x) => tf.relu(x),
  keepsSign: false,
  neverNegative: true,
  kind: "relu",
};
