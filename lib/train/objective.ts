import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { type forward, forwardWithIntermediates, type Intermediates } from "../vit/model";
import type { Parameters } from "../vit/parameters";
import { terms } from "./objectives/index";
import type { Prepared, Teacher, Term, TermSettings } from "./objectives/term";
import type { RunConfig } from "./record";

/** A batch on its way through the model. */
export interface ObjectivePass {
  readonly parameters: Parameters;
  readonly images: tf.Tensor;
  readonly labels: tf.Tensor1D;
  readonly progress: number;
  /** From images to logits. */
  readonly model: typeof forward;
}

/** What is minimized, ready for batches. */
export interface Objective {
  /** Computes what the terms compare a batch with; not to be differentiated. */
  readonly targets: (images: tf.Tensor) => readonly unknown[];
  /** Logits, and Σ weight · loss. */
  readonly loss: (pass: ObjectivePass, targets: readonly unknown[]) => { logits: tf.Tensor; loss: tf.Scalar };
  /** Frees what the terms hold. */
  readonly dispose: () => void;
}

interface Part {
  readonly term: Term;
  readonly settings: TermSettings;
  readonly prepared?: Prepared<undefined>;
}

/**
 * Makes what a run minimizes ready: teachers are loaded.
 *
 * @param config - the run
 * @param load - reads a finished run; where there are none to be read, a run that needs one is refused
 * @throws ConfigError if a run is needed that is not there
 */
export function prepareObjective(config: RunConfig, load: (folder: string) => Teacher = noRuns): Objective {
  const { objective } = config.training;
  const parts = terms.flatMap((term): Part[] => {
    const settings = objective[term.name];
    return settings ? [{ term, settings, prepared: term.prepare?.(settings, { config, load }) }] : [];
  });
  const traced = parts.some(({ term }) => term.intermediates);
  return {
    targets: (images) => parts.map(({ prepared }) => prepared?.targets(images)),
    loss(pass, targets) {
      const { logits, intermediates } = compute(config, pass, traced);
      const { parameters, images, labels, progress } = pass;
      const losses = parts.flatMap(({ term, settings }, i) => {
        const own = { logits, labels, images, parameters, config, progress, intermediates };
        const loss = term.loss(settings, { ...own, targets: targets[i] as undefined });
        if (!loss) return [];
        return [settings.weight === 1 ? loss : tf.mul(loss, settings.weight)];
      });
      // A single term stays as it is: another operation would be another rounding.
      return { logits, loss: (losses.length > 0 ? losses.reduce((a, b) => tf.add(a, b)) : tf.scalar(0)) as tf.Scalar };
    },
    dispose: () => {
      for (const { prepared } of parts) prepared?.dispose();
    },
  };
}

function noRuns(folder: string): never {
  throw new ConfigError(
    `training.objective needs the run ${folder}, and no runs are read here. Leave its term out, or train from files.`,
  );
}

function compute(
  { model: config }: RunConfig,
  { parameters, images, progress, model }: ObjectivePass,
  traced: boolean,
): { logits: tf.Tensor; intermediates?: Intermediates } {
  if (!traced) return { logits: model(config, parameters, images, { progress }) };
  const { logits, ...intermediates } = forwardWithIntermediates(config, parameters, images, { progress });
  return { logits, intermediates };
}
