import type { StudyInput } from "../study-config";
import { float, rowsOf } from "./components";

/**
 * The stems study: a patch embedding, or two 3×3 convolutions, with nothing binarized, the convolutions, or everything.
 *
 * Recorded results: data/results/stems.
 */
export const stems: StudyInput = {
  name: "stems",
  extends: "digits",
  rows: (["patch", "conv"] as const).flatMap((stem) =>
    [
      { ...float, component: stem },
      ...rowsOf("conv", { unscaled: "unscaled", channel: "channel", xnor: "xnor" }).map((row) => ({
        ...row,
        component: stem,
      })),
      {
        component: `${stem}+everything`,
        scale: "bit",
        binarize: { conv: "bit", mlp: "bit", mhsa: "bit", scores: "bit", values: "bit" },
      } as const,
    ].map((row) => ({ ...row, model: { stem } })),
  ),
};
