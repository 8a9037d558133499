import type { RunInput } from "../../../lib/train/run-config";

/** What can be one bit. */
export const parts = { mlp: "MLP", mhsa: "MHSA", conv: "Patch embedding" } as const;
export type PartName = keyof typeof parts;

/** What the signs are multiplied by. */
export const scales = {
  none: "none: ±1",
  tensor: "one a tensor: α = mean |W|",
  channel: "one a channel: αₒ = mean |Wₒ|",
  learned: "learned, one a channel",
} as const;
export type ScaleName = keyof typeof scales;

/** What stands for the derivative of a sign. */
export const slopes = {
  clip: "clip: 1 where |x| ≤ 1",
  identity: "identity: 1 everywhere",
  approx: "approx: a triangle (Bi-Real Net)",
  swish: "swish: smooth, a little below 0 outside",
  ede: "EDE: from the identity to a needle (IR-Net)",
} as const;
export type SlopeName = keyof typeof slopes;

/** What a reader has chosen. */
export interface Choice {
  readonly parts: readonly PartName[];
  readonly scale: ScaleName;
  readonly slope: SlopeName;
  /** Inputs stay floats: W1A32. */
  readonly floatInputs: boolean;
  readonly epochs: number;
  readonly seed: number;
}

/** The comparison that the report begins with: MLP and MHSA, a scale a channel. */
export const firstChoice: Choice = {
  parts: ["mlp", "mhsa"],
  scale: "channel",
  slope: "clip",
  floatInputs: false,
  epochs: 25,
  seed: 1,
};

/** How the chosen parts are binarized, in the words of a configuration. What is as in `channel` needs no more than that. */
function binarizerOf({ scale, slope, floatInputs }: Choice): string | Record<string, string> {
  if (slope === "clip" && scale === "channel") return floatInputs ? "channel-w1a32" : "channel";
  if (slope === "clip" && !floatInputs) return scale === "none" ? "unscaled" : scale;
  return {
    scale,
    ...(floatInputs ? { activation: "none" } : { activationSte: slope }),
    ...(slope === "clip" ? {} : { weightSte: slope }),
  };
}

/** @returns the run's configuration as a file would write it */
export function runInput(choice: Choice): RunInput {
  const binarizer = binarizerOf(choice);
  const binarize = Object.fromEntries(choice.parts.map((part) => [part, binarizer]));
  return {
    extends: "digits",
    ...(choice.parts.length > 0 ? { model: { binarize } as RunInput["model"] } : {}),
    training: { epochs: choice.epochs },
  };
}

/** What the fields for numbers take. */
export const ranges = { epochs: { min: 3, max: 200 }, seed: { min: 0, max: 999_999 } } as const;

/** @returns whether a form holds numbers that can be trained with: a field that was emptied holds none */
export const isComplete = (choice: Choice): boolean =>
  Object.entries(ranges).every(([field, { min, max }]) => {
    const value = choice[field as keyof typeof ranges];
    return Number.isInteger(value) && value >= min && value <= max;
  });

/** @returns the name of the file of a trained model: its parts in bits, or that it has none */
export const fileNameOf = ({ parts }: Choice): string => `${parts.join("-") || "float"}.binvit.safetensors`;

/** @returns the command that trains the same weights in Node */
export function commandOf(choice: Choice): string {
  const binarizer = binarizerOf(choice);
  const written = typeof binarizer === "string" ? binarizer : `'${JSON.stringify(binarizer)}'`;
  return [
    "npx binvit train digits",
    ...choice.parts.map((part) => `--set model.binarize.${part}=${written}`),
    ...(choice.epochs === 25 ? [] : [`--set training.epochs=${choice.epochs}`]),
    `--seed ${choice.seed}`,
  ].join(" ");
}
