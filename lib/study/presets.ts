import type { StudyInput } from "./study-config";

/**
 * The quick study: the report's comparison on 8×8 digits.
 *
 * {float, mlp, mhsa, mlp+mhsa, conv, conv+mlp+mhsa} × {unscaled, channel scale}, W1A1, and W1A32 for mlp+mhsa: 12 runs
 * a seed. Recorded results: data/results/quick.
 */
const quick: StudyInput = {
  name: "quick",
  extends: "digits",
  rows: [
    { component: "float", scale: "float", binarize: {} },
    ...[
      { component: "conv", parts: ["conv"] },
      { component: "mlp", parts: ["mlp"] },
      { component: "mhsa", parts: ["mhsa"] },
      { component: "mlp+mhsa", parts: ["mlp", "mhsa"] },
      { component: "conv+mlp+mhsa", parts: ["conv", "mlp", "mhsa"] },
    ].flatMap(({ component, parts }) =>
      ["unscaled", "channel"].map((scale) => ({
        component,
        scale,
        binarize: Object.fromEntries(parts.map((part) => [part, scale])),
      })),
    ),
    {
      component: "mlp+mhsa",
      scale: "channel-w1a32",
      binarize: { mlp: "channel-w1a32", mhsa: "channel-w1a32" },
    },
  ],
};

/** The studies that `binvit study NAME` knows. */
export const studies = { quick } as const;

/** A name in `studies`. */
export type StudyName = keyof typeof studies;
