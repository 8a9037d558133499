import type { Dataset, Split } from "../data/dataset";
import { type Evaluation, evaluate } from "../train/evaluate";
import { branches, type ModelConfig } from "../vit/config";
import type { Parameters } from "../vit/parameters";

/** The model without one branch. */
export interface BypassedBranch extends Evaluation {
  /** What was left out: `blocks.0.attention` or `blocks.0.mlp`. */
  readonly branch: string;
  /** Accuracy lost by that, −1 … 1; negative where the model is better without it. */
  readonly lost: number;
}

/** What each branch of a model is worth to it. */
export interface ResidualBypass {
  /** The whole model. */
  readonly whole: Evaluation;
  /** In the order data flows. */
  readonly branches: readonly BypassedBranch[];
}

/**
 * Accuracy with each branch left out in turn: where a branch loses nothing, the residual around it does all the work.
 *
 * x' = x in place of x' = x + MHSA(norm(x)), or x'' = x' in place of x'' = x' + MLP(norm(x')), in one block and nowhere
 * else; tokens shifted beside an MLP stay. Nothing is trained again, so that this is what the trained model relies on, not
 * what a model without the branch could reach.
 *
 * @param config - the model
 * @param parameters - its parameters
 * @param dataset - gives the normalization
 * @param split - the images
 *
 * Reference: Veit et al., *Residual Networks Behave Like Ensembles of Relatively Shallow Networks*, 2016, section 4.1.
 */
export function residualBypass(
  config: ModelConfig,
  parameters: Parameters,
  dataset: Dataset,
  split: Split,
): ResidualBypass {
  const without = (left: readonly string[]): Evaluation => {
    const { accuracy, loss, count } = evaluate(config, parameters, dataset, split, undefined, { without: left });
    return { accuracy, loss, count };
  };
  const whole = without([]);
  const bypassed = branches(config).map((branch) => {
    const found = without([branch]);
    return { branch, ...found, lost: whole.accuracy - found.accuracy };
  });
  return { whole, branches: bypassed };
}
