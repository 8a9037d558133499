import type { StudyInput } from "../study-config";
import { learnedThroughout, wideOnPhotographs, widerOnPhotographs } from "./best-1-bit";
import { float } from "./components";
import { onFewOfCifar10 } from "./on-cifar10";

type Row = StudyInput["rows"][number];

const learnedByBent = { scale: "learned", activationSte: "approx" } as const;

/** The same with another slope. */
const bent: Row["binarize"] = {
  ...learnedThroughout,
  mlp: learnedByBent,
  mhsa: { ...learnedThroughout.mhsa, qkv: learnedByBent, projection: learnedByBent },
};

/** Rows of a 1-bit model, each with all changes of those before it. */
function oneByOne(changes: Readonly<Record<string, Partial<Row>>>): Row[] {
  const rows: Row[] = [];
  for (const [scale, { binarize, model, training }] of Object.entries(changes)) {
    const before = rows[rows.length - 1];
    rows.push({
      component: "all",
      scale,
      binarize: binarize ?? before?.binarize ?? learnedThroughout,
      model: { ...before?.model, ...model },
      training: { ...before?.training, ...training },
    });
  }
  return rows;
}

/**
 * What a model of one bit throughout learns photographs better by, a change a row, each with those before it: a higher
 * rate, the mean of tokens in the place of a class token, tokens shifted beside each MLP, latent weights without decay,
 * Bi-Real Net's slope of the inputs' signs, the softened probabilities of the float row, more width. 10,000 images, five
 * epochs. Recorded results: data/results/recipe-cifar10.
 */
export const recipeCifar10 = onFewOfCifar10({ name: "recipe", extends: "cifar-s", model: { stem: "conv" }, rows: [] }, [
  float,
  ...oneByOne({
    start: {},
    rate: { training: { learningRate: 3e-3 } },
    mean: { model: { pooling: "mean" } },
    shift: { model: { shift: [1, 2] } },
    "no-decay": { training: { latentDecay: 0 } },
    slope: { binarize: bent },
    taught: { training: { objective: { distillation: { teacher: "row:float", weight: 1, temperature: 2 } } } },
    wide: { model: wideOnPhotographs },
    wider: { model: widerOnPhotographs },
  }),
]);
