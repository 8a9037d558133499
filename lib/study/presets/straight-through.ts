import { type SlopeName, slopes } from "../../binarize/slopes/index";
import type { StudyInput } from "../study-config";
import { float, rowsOf, type Way } from "./components";
import { onFewOfCifar10 } from "./on-cifar10";

const others = (Object.keys(slopes) as SlopeName[]).filter((name) => name !== "clip");
const waysOf = (side: string, way: (slope: SlopeName) => Way) =>
  Object.fromEntries(others.map((slope) => [`${slope}-${side}`, way(slope)]));

/**
 * What a sign pretends to be in the backward pass: `clip` for inputs and weights, or another slope for one of the two.
 * MLP and MHSA, W1A1, channel scale, on 8×8 digits. A slope that is added has its rows here at once. Recorded results:
 * data/results/straight-through.
 */
export const straightThrough: StudyInput = {
  name: "straight-through",
  extends: "digits",
  rows: [
    float,
    ...rowsOf("mlp+mhsa", {
      clip: "channel",
      ...waysOf("inputs", (activationSte) => ({ activationSte })),
      ...waysOf("weights", (weightSte) => ({ weightSte })),
    }),
  ],
};

/** The same on 10,000 photographs, for five epochs. Recorded results: data/results/straight-through-cifar10. */
export const straightThroughCifar10 = onFewOfCifar10(straightThrough);
