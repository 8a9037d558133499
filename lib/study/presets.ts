import type { Method } from "../binarize/method";
import { type MethodName, methods } from "../binarize/methods/index";
import type { StudyInput } from "./study-config";
import type { StudyName } from "./study-names";

/** What the report binarizes, alone and together, and our own third part. */
const components = {
  conv: ["conv"],
  mlp: ["mlp"],
  mhsa: ["mhsa"],
  "mlp+mhsa": ["mlp", "mhsa"],
  "conv+mlp+mhsa": ["conv", "mlp", "mhsa"],
} as const;

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
    ...Object.entries(components).flatMap(([component, parts]) =>
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

/** Ways to scale, as the quick study names them where it has them, so that its runs are found here, too. */
const reportScales = {
  unscaled: "unscaled",
  tensor: "tensor",
  channel: "channel",
  learned: "learned",
  token: "xnor",
  "unscaled-w1a32": { scale: "none", activation: "none" },
  "tensor-w1a32": { scale: "tensor", activation: "none" },
  "channel-w1a32": "channel-w1a32",
  "learned-w1a32": { scale: "learned", activation: "none" },
} as const;

/**
 * The report's comparison in full on 8×8 digits: {conv, mlp, mhsa, mlp+mhsa, all} × {no scale, one a tensor, one a
 * channel, learned ones, a channel's times each token's K} × {1-bit inputs, float inputs}, and float: 46 runs a seed. K
 * belongs to 1-bit inputs, so it has no row with float ones. Recorded results: data/results/report.
 */
const report: StudyInput = {
  name: "report",
  extends: "digits",
  rows: [
    { component: "float", scale: "float", binarize: {} },
    ...Object.entries(components).flatMap(([component, parts]) =>
      Object.entries(reportScales).map(([scale, how]) => ({
        component,
        scale,
        binarize: Object.fromEntries(parts.map((part) => [part, how])),
      })),
    ),
  ],
};

/**
 * The methods study: every method at equal budget on 8×8 digits: the same data, epochs and optimizer.
 *
 * Float, then each method on MLP and MHSA, and those that say something of attention on scores and values too, beside
 * `channel`. A method that is added has its rows here at once. Recorded results: data/results/methods.
 */
const methodsStudy: StudyInput = {
  name: "methods",
  extends: "digits",
  rows: [{ component: "float", scale: "float", binarize: {} }, ...rowsAbout("layers"), ...rowsAbout("attention")],
};

function rowsAbout(what: "layers" | "attention"): StudyInput["rows"][number][] {
  const all = Object.entries(methods) as [MethodName, Method][];
  return all.flatMap(([name, { about = ["layers"], activation }]) => {
    if (!about.includes(what)) return [];
    const layers = { mlp: name, mhsa: name };
    return {
      ...(what === "layers"
        ? { component: "mlp+mhsa", binarize: layers }
        : { component: "mlp+mhsa+attention", binarize: { ...layers, scores: name, values: name } }),
      scale: name,
      ...(activation && { model: { activation } }),
    };
  });
}

/**
 * The stems study: a patch embedding, or two 3×3 convolutions, with nothing binarized, the convolutions, or everything.
 *
 * Recorded results: data/results/stems.
 */
const stems: StudyInput = {
  name: "stems",
  extends: "digits",
  rows: (["patch", "conv"] as const).flatMap((stem) =>
    [
      { component: stem, scale: "float", binarize: {} },
      ...(["unscaled", "channel", "xnor"] as const).map((scale) => ({
        component: stem,
        scale,
        binarize: { conv: scale },
      })),
      {
        component: `${stem}+everything`,
        scale: "bit",
        binarize: { conv: "bit", mlp: "bit", mhsa: "bit", scores: "bit", values: "bit" },
      } as const,
    ].map((row) => ({ ...row, model: { stem } })),
  ),
};

/** The studies that `binvit study NAME` knows, each of them named in study-names.ts. */
export const studies = { quick, report, methods: methodsStudy, stems } as const satisfies Record<StudyName, StudyInput>;
