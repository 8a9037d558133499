import { gelu as exact } from "../../ops/gelu";
import type { Activation } from "../activation";

/** GELU, whose sign is that of its input; see ops/gelu.ts. Hendrycks and Gimpel, 2016. */
export const gelu: Activation = {
  revision: 1,
  apply: (x) => exact(x),
  keepsSign: true,
  neverNegative: false,
  kind: "gelu",
};
