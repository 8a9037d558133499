import { canonicalJson, sha256 } from "../base/canonical-json";
import { differingKeys, type FlatSettings, flatSettings } from "../base/flat-settings";
import { howMany } from "../base/how-many";
import { type OriginPlace, renameOrigins } from "../train/origin-places";
import type { RunRecord } from "../train/record";

/**
 * Tells runs of one name apart that were not made alike: taken for seeds of one row, they would give a mean of nothing.
 *
 * @param runs - of any rows and seeds; one that is there twice counts once
 * @returns their records, renamed where a name stands for several configurations, data or arithmetics, e.g. to
 *   `float [epochs=7]`; and a sentence for each such name that says what they differ in
 */
export function tellApart(runs: readonly RunRecord[]): { records: RunRecord[]; differences: string[] } {
  const records = [
    ...new Map(runs.map((run) => [`${runId(run)} ${run.name}`, run] as const).reverse()).values(),
  ].reverse();
  const byName = new Map<string, Map<string, FlatSettings>>();
  for (const record of records) {
    const ofName = byName.get(record.name) ?? new Map<string, FlatSettings>();
    byName.set(record.name, ofName.set(configurationId(record), settingsOf(record)));
  }
  const newNames = new Map<string, string>();
  const differences: string[] = [];
  for (const [name, configurations] of byName) {
    if (configurations.size === 1) continue;
    const all = [...configurations.values()];
    const keys = tellingKeys(all);
    const labels = [...configurations].map(([id, settings]) => shortLabel(keys, settings) ?? `#${id}`);
    const unique = new Set(labels).size === labels.length;
    const names = [...configurations.keys()].map((id, i) => `${name} [${unique ? labels[i] : `#${id}`}]`);
    for (const [i, id] of [...configurations.keys()].entries()) newNames.set(`${id} ${name}`, names[i]);
    const listed = keys.slice(0, 4).map((key) => `${key} ${all.map((one) => one.get(key) ?? "nothing").join(" vs ")}`);
    const rest = keys.length - 4;
    const more = rest > 0 ? `; and ${howMany(rest, "setting")} more` : "";
    differences.push(
      `${name} is the name of ${all.length} configurations, shown apart as ${names.join(" and ")}. ` +
        `They differ in ${listed.join("; ")}${more}.`,
    );
  }
  const renamed = (record: RunRecord) => newNames.get(`${configurationId(record)} ${record.name}`);
  return { records: records.map((record) => ({ ...record, name: renamed(record) ?? record.name })), differences };
}

/** @returns what is the same for two runs if they differ in nothing but the seed; eight hexadecimal digits */
export function configurationId(record: RunRecord): string {
  const id = ids.get(record) ?? sha256(canonicalJson([...settingsOf(record)].sort())).slice(0, 8);
  ids.set(record, id);
  return id;
}

const ids = new WeakMap<RunRecord, string>(); // each record is asked a few times

/** @returns what is the same for two records of one training, whatever they are called */
export const runId = (record: RunRecord): string => `${configurationId(record)} ${record.seed} ${record.weightsSha256}`;

function settingsOf({ config, dataset, environment, revisions, origins = {} }: RunRecord): FlatSettings {
  const { folder: _, ...data } = config.dataset; // where the files lie does not matter, what they hold does
  // Nor does where the runs lie that this one was made from: what they are, whatever their seed, does.
  const named = ({ key }: OriginPlace) => `${origins[key].name}#${origins[key].recipe.slice(0, 8)}`;
  return flatSettings({
    dataset: { ...data, sha256: dataset.sha256.slice(0, 12) },
    model: config.model,
    training: renameOrigins(config.training, named),
    revisions,
    arithmetic: environment.arithmetic,
  });
}

/**
 * What runs differ in beside their bits: their accuracies are compared for the sake of the bits only where that is nothing.
 *
 * An activation belongs to what is in bits: some methods bring their own. Another arithmetic gives other last digits, which
 * is no other training.
 *
 * @param runs - of the rows that are to be compared, of any seeds
 * @returns the settings by their paths, e.g. `training.learningRate`
 */
export function differencesBesideBits(runs: readonly RunRecord[]): string[] {
  const all = [...new Map(runs.map((run) => [configurationId(run), run])).values()]; // of each one seed is enough
  const isSameData = new Set(all.map(({ dataset }) => dataset.sha256)).size === 1;
  const isOfBits = (key: string) => /^(model\.(binarize|activation)|revisions\.(?!objective)|arithmetic)/.test(key);
  return tellingKeys(all.map(settingsOf)).filter(
    (key) => !isOfBits(key) && !(isSameData && key.startsWith("dataset.")),
  );
}

// Another selection of the data is also another content; that much is said by the setting.
function tellingKeys(all: readonly FlatSettings[]): string[] {
  const differing = differingKeys(all);
  const explained = differing.some((key) => key.startsWith("dataset.") && key !== "dataset.sha256");
  return differing.filter((key) => !(explained && key === "dataset.sha256"));
}

/** `epochs=7`; undefined where that would be long, or could be taken for a part of the name. */
function shortLabel(keys: readonly string[], settings: FlatSettings): string | undefined {
  if (keys.length > 2) return undefined;
  const last = keys.map((key) => key.slice(key.lastIndexOf(".") + 1));
  const shown = new Set(last).size === last.length ? last : keys;
  const label = keys.map((key, i) => `${shown[i]}=${settings.get(key) ?? "nothing"}`).join(", ");
  return label.length <= 40 && /^[\w.+=, -]+$/.test(label) ? label : undefined;
}
