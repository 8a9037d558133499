import type { Arithmetic } from "../backend/arithmetic";
import { canonicalJson, sha256 } from "../base/canonical-json";
import { ConfigError } from "../base/errors";
import { withoutDefaults } from "../base/without-defaults";
import { essentialModel, modelRevisions } from "../vit/essential";
import { terms } from "./objectives/index";
import { renameOrigins } from "./origin-places";
import type { Origin, Revisions, RunConfig, RunRecord, TrainingConfig } from "./record";
import { trainingFields } from "./training-fields";

/** What stands for the runs that a run needs, by the place that names them: digests, not paths. */
export type OriginIds = Readonly<Record<string, string>>;

interface Made {
  readonly config: RunConfig;
  readonly arithmetic: Arithmetic;
  readonly revisions: Revisions;
  readonly origins: OriginIds;
}

/**
 * What makes two runs the same: what differs from the defaults, the revisions of what they use, the seed, the arithmetic,
 * and the weights of the runs that they need; but not where data or runs lie.
 *
 * @param origins - SHA-256 of the weights of each run that it needs; `readOrigins` finds them
 * @returns 64 hexadecimal digits
 */
export const runIdentity = (config: RunConfig, seed: number, arithmetic: Arithmetic, origins: OriginIds = {}): string =>
  identify({ config, arithmetic, revisions: revisionsOf(config), origins }, seed);

/** @returns the identity of a finished run, with the revisions that it was made with */
export const recordIdentity = (record: RunRecord): string =>
  identify(
    made(record, ({ weightsSha256 }) => weightsSha256),
    record.seed,
  );

/** @returns what is the same for two runs if they differ in nothing but the seed, nor do the runs that they need */
export const recipeOf = (record: RunRecord): string => identify(made(record, ({ recipe }) => recipe));

/** @returns the digests of weights by which an identity names other runs */
export const weightsOf = (origins: Readonly<Record<string, Origin>> = {}): OriginIds =>
  Object.fromEntries(Object.entries(origins).map(([key, { weightsSha256 }]) => [key, weightsSha256]));

/** @returns the revisions of what a run uses, by name, those that are still the first left out */
export function revisionsOf({ model, training }: RunConfig): Revisions {
  const used = terms.filter(({ name, revision }) => training.objective[name] && revision !== 1);
  return {
    ...modelRevisions(model),
    ...Object.fromEntries(used.map(({ name, revision }) => [`objective.${name}`, revision])),
  };
}

function made({ config, environment, revisions, origins = {} }: RunRecord, id: (origin: Origin) => string): Made {
  const ids = Object.fromEntries(Object.entries(origins).map(([key, origin]) => [key, id(origin)]));
  return { config, arithmetic: environment.arithmetic, revisions, origins: ids };
}

function identify({ config, arithmetic, revisions, origins }: Made, seed?: number): string {
  const { folder: _, ...dataset } = config.dataset;
  const essential = {
    dataset,
    model: essentialModel(config.model),
    training: essentialTraining(config.training, origins),
  };
  return sha256(canonicalJson({ schema: "binvit.run/3", config: essential, revisions, seed, arithmetic }));
}

function essentialTraining(training: TrainingConfig, origins: OriginIds): unknown {
  const { latentDecay, ...named } = renameOrigins(training, ({ key, run }) => {
    if (origins[key] !== undefined) return origins[key];
    throw new ConfigError(`training.${key}: nothing is known of the run in ${run}. Give the digest of its weights.`);
  });
  return withoutDefaults(trainingFields, latentDecay === training.weightDecay ? named : { ...named, latentDecay });
}
