import type { StudyInput } from "../study-config";
import { float, gridOf, rowsOf } from "./components";

/**
 * The quick study: the report's comparison on 8×8 digits.
 *
 * {float, mlp, mhsa, mlp+mhsa, conv, conv+mlp+mhsa} × {unscaled, channel scale}, W1A1, and W1A32 for mlp+mhsa: 12 runs
 * a seed. Recorded results: data/results/quick.
 */
export const quick: StudyInput = {
  name: "quick",
  extends: "digits",
  rows: [
    float,
    ...gridOf({ unscaled: "unscaled", channel: "channel" }),
    ...rowsOf("mlp+mhsa", { "channel-w1a32": "channel-w1a32" }),
  ],
};
