import { activations } from "../binarize/activations";
import type { Binarizer, Choice } from "../binarize/binarizer";
import { inputQuantizerOf, weightQuantizerOf } from "../binarize/registry";
import type { Slope } from "../binarize/slope";
import { slopes } from "../binarize/slopes";
import type { ModelConfig } from "./config";

/** Choices of all parts, each with the role that it has there. */
function choices({ binarize }: ModelConfig): readonly (readonly ["weight" | "input", Choice])[] {
  return (Object.values(binarize) as readonly (Partial<Binarizer> | "off")[]).flatMap((how) => {
    if (how === "off") return [];
    const roles = Object.entries(how).filter(([, choice]) => typeof choice === "object") as [string, Choice][];
    return roles.map(([role, choice]) => [role === "weight" ? "weight" : "input", choice] as const);
  });
}

/**
 * The revisions of everything that a model's numbers depend on and that may change them: quantizers, slopes, activation.
 *
 * @returns by kind and name, e.g. `weight/sign`; revision 1 is left out, so that what has always been the same needs no
 *   entry
 */
export function modelRevisions(model: ModelConfig): Record<string, number> {
  const all: Record<string, number> = { [`activation/${model.activation}`]: activations()[model.activation].revision };
  for (const [role, choice] of choices(model)) {
    const quantizer = role === "weight" ? weightQuantizerOf(choice) : inputQuantizerOf(choice);
    all[`${role}/${choice.quantizer}`] = quantizer.revision;
    const slope = (slopes as Record<string, Slope>)[String(choice.slope)];
    if (slope) all[`slope/${choice.slope}`] = slope.revision;
  }
  return Object.fromEntries(Object.entries(all).filter(([, revision]) => revision !== 1));
}
