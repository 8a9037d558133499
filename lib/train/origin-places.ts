import { terms } from "./objectives/index";
import type { TrainingConfig } from "./record";

/** A setting that names another run. */
export interface OriginPlace {
  /** Dotted path within `training`: `from`, `objective.<term>.teacher`. */
  readonly key: string;
  /** As written: a run's folder, or `row:` and the name of a study's row. */
  readonly run: string;
}

/** @returns every setting of a training that names another run */
export function originPlaces({ from, objective }: TrainingConfig): OriginPlace[] {
  const ofTerms = terms.flatMap(({ name, runs = [] }) =>
    runs.flatMap((setting): OriginPlace[] => {
      const run = objective[name]?.[setting];
      return typeof run === "string" ? [{ key: `objective.${name}.${setting}`, run }] : [];
    }),
  );
  return from === undefined ? ofTerms : [{ key: "from", run: from }, ...ofTerms];
}

/**
 * Names the runs that a training needs in another way.
 *
 * @param name - the new name of the run at a place
 * @returns a changed copy
 */
export function renameOrigins(training: TrainingConfig, name: (place: OriginPlace) => string): TrainingConfig {
  const renamed = new Map(originPlaces(training).map((place) => [place.key, name(place)]));
  const objective = Object.fromEntries(
    Object.entries(training.objective).map(([term, settings]) => [
      term,
      Object.fromEntries(
        Object.entries(settings).map(([setting, value]) => [
          setting,
          renamed.get(`objective.${term}.${setting}`) ?? value,
        ]),
      ),
    ]),
  ) as TrainingConfig["objective"];
  return { ...training, objective, ...(renamed.has("from") && { from: renamed.get("from") }) };
}
