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

/** The methods that binarize every weight of a block and its inputs; what is not theirs stays float. */
const ofLayers = [
  "unscaled",
  "tensor",
  "channel",
  "xnor",
  "learned",
  "xnor-plus",
  "bi-real",
  "real-to-binary",
  "ir-net",
  "react-net",
  "lsq",
  "bit",
  "dorefa",
  "recu",
];

/** Those that say something of attention too: its products are binarized as well, and compared with `channel` there. */
const ofAttention = ["channel", "bit", "gsb", "bvt-ima", "bhvit", "bivit"];

/** What a method changes beside binarization. */
const activations: Readonly<Record<string, string>> = { "react-net": "rprelu", bit: "relu" };

/**
 * The methods study: every method at equal budget on 8×8 digits, same model, data, epochs and optimizer.
 *
 * Float, BWN, then each method on MLP and MHSA, and the methods of attention on scores and values too: 22 runs a seed.
 * Recorded results: data/results/methods.
 */
const methods: StudyInput = {
  name: "methods",
  extends: "digits",
  rows: [
    { component: "float", scale: "float", binarize: {} },
    { component: "mlp+mhsa", scale: "channel-w1a32", binarize: { mlp: "channel-w1a32", mhsa: "channel-w1a32" } },
    ...ofLayers.map((method) => row("mlp+mhsa", method, { mlp: method, mhsa: method })),
    ...ofAttention.map((method) =>
      row("mlp+mhsa+attention", method, { mlp: method, mhsa: method, scores: method, values: method }),
    ),
  ],
};

function row(component: string, method: string, binarize: object): StudyInput["rows"][number] {
  const activation = activations[method];
  return { component, scale: method, binarize, ...(activation && { model: { activation } }) };
}

/** The studies that `binvit study NAME` knows. */
export const studies = { quick, methods } as const;

/** A name in `studies`. */
export type StudyName = keyof typeof studies;
