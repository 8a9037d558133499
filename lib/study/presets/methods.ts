import type { Method } from "../../binarize/method";
import { methods as allMethods, type MethodName } from "../../binarize/methods/index";
import type { StudyInput } from "../study-config";
import { float } from "./components";
import { onFewOfCifar10 } from "./on-cifar10";

/**
 * The methods study: every method at equal budget on 8×8 digits: the same data, epochs and optimizer.
 *
 * Float, then each method on MLP and MHSA, and those that say something of attention on scores and values too, beside
 * `channel`. A method that is added has its rows here at once. Recorded results: data/results/methods.
 */
export const methods: StudyInput = {
  name: "methods",
  extends: "digits",
  rows: [float, ...rowsAbout("layers"), ...rowsAbout("attention")],
};

/** The same on 10,000 photographs, for five epochs. Recorded results: data/results/methods-cifar10. */
export const methodsCifar10 = onFewOfCifar10(methods);

function rowsAbout(what: "layers" | "attention"): StudyInput["rows"][number][] {
  const all = Object.entries(allMethods) as [MethodName, Method][];
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
