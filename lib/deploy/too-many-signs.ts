import { mostSigns } from "../kernels/module";
import { numTokens } from "../vit/config";
import { formKey, type PackedConfig, packedLinears } from "./packed-config";

/** Most tokens whose values in bits are summed up: these sums have 16 bits, and a sign. */
const mostKept = 32_767;

/**
 * Beyond these sizes the kernels would count on, and wrong.
 *
 * @returns which sum of signs has more of them than the engine counts, as a sentence without its full stop, if one has
 */
export function tooManySigns(config: PackedConfig): string | undefined {
  // A file may say any depth; its blocks are alike.
  for (const layer of packedLinears({ ...config, depth: 1 })) {
    if (layer.form === "float" || layer.form.inputs === "float" || layer.inputs <= mostSigns) continue;
    return problem(`layers.${formKey(layer)} has ${layer.inputs} inputs that are signs`, mostSigns);
  }
  const headDim = config.embedDim / config.numHeads;
  if (config.scores !== "float" && headDim > mostSigns) return problem(`scores are of ${headDim} signs`, mostSigns);
  const tokens = numTokens(config);
  if (config.values !== "float" && tokens > mostKept) return problem(`values are of ${tokens} tokens`, mostKept);
  return undefined;
}

const problem = (found: string, most: number): string => `model.${found}, and the engine counts at most ${most}`;
