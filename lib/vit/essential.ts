import { z } from "zod";
import { withoutDefaults } from "../base/without-defaults";
import { activations } from "../binarize/activations";
import type { Binarizer, Choice } from "../binarize/binarizer";
import { inputQuantizerOf, weightQuantizerOf } from "../binarize/registry";
import type { Slope } from "../binarize/slope";
import { slopes } from "../binarize/slopes";
import type { ModelConfig } from "./config";
import { modelFields } from "./parse-config";

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

/**
 * What of a model is not as it would be if nothing were said: a field that is added later, with a default, then changes no
 * run's identity.
 */
export function essentialModel(model: ModelConfig): object {
  const { binarize, ...sizes } = model;
  const parts = Object.entries(binarize).flatMap(([part, how]: [string, Partial<Binarizer> | "off"]) =>
    how === "off"
      ? []
      : [[part, Object.fromEntries(Object.entries(how).map(([role, of]) => [role, essential(role, of)]))]],
  );
  return { ...(withoutDefaults(modelFields(), sizes) as object), binarize: Object.fromEntries(parts) };
}

function essential(role: string, choice: Choice | string): unknown {
  if (typeof choice === "string") return choice;
  const { quantizer, ...settings } = choice;
  const { settings: shape } = role === "weight" ? weightQuantizerOf(choice) : inputQuantizerOf(choice);
  return { quantizer, ...(withoutDefaults(z.object(shape), settings) as object) };
}
