import type { ClassTokenMaps } from "../diagnose/class-token-maps";
import type { Diagnosis } from "../diagnose/diagnosis";
import type { Findings, SliceFinding } from "../diagnose/findings";
import { type DiagnosticName, diagnosticNames } from "../diagnose/names";
import type { EpochRecord } from "../train/record";
import { bypassedBranches } from "./bypassed-branches";
import { classTokenGrid } from "./class-token-grid";
import type { Figure } from "./figure";
import { headsEntropy } from "./heads-entropy";
import { lines } from "./lines";
import { reliability } from "./reliability";
import { scaleErrorByLayer } from "./scale-error-by-layer";
import { slopeCorrelations } from "./slope-correlations";
import { trainingCurves } from "./training-curves";

/** What one diagnostic found, a finding a run, as figures. */
type Draw<Found> = (
  found: readonly { readonly name: string; readonly seed: number; readonly finding: Found }[],
  dataset: Diagnosis["dataset"],
) => Figure | readonly (Figure | undefined)[] | undefined;

/** One figure of all runs, or one a run; undefined where a run has not what it shows. */
const drawings: { readonly [Name in DiagnosticName]: Draw<Findings[Name]> } = {
  "scale-error": (found) =>
    found.map(({ name, finding: rows }) =>
      rows.length === 0
        ? undefined
        : scaleErrorByLayer(rows, {
            title: `What binary weights are off by, layer by layer: ${name}`,
            caption:
              "A dot within its ring: the model's α is the best that there is for its signs. What is left is the price of one bit.",
          }),
    ),

  "attention-entropy": (found, dataset) =>
    headsEntropy(
      found.map(({ name, finding }) => ({ name, ...finding })),
      {
        title: `How widely heads look, on ${dataset.name}`,
        caption: "At the dashed line a head looks at all tokens alike, at 0 every token looks at one alone.",
      },
    ),

  "attention-maps": (found, dataset) =>
    classTokenGrid(
      found.map(({ name, finding }) => ({ name, ...finding })),
      {
        title: `${whoLooks(found.map(({ finding }) => finding))}, on the first test image of ${dataset.name}`,
        caption:
          "A square is a head of a block, with the image's patches: a bright patch is read, an even square reads all alike." +
          whoseMeans(found),
      },
    ),

  "gradient-mismatch": (found) =>
    found.map(({ name, finding: rows }) =>
      rows.length === 0
        ? undefined
        : slopeCorrelations(rows, {
            title: `Do straight-through gradients predict the loss? ${name}`,
            caption:
              `Noise on one layer's latent weights flips about ${meanPercent(rows.map(({ flipped }) => flipped))} of its signs: ` +
              "what the gradient says of it against what the loss does. Chance alone stays within the grey band 95 times in 100.",
          }),
    ),

  "residual-bypass": (found, dataset) =>
    bypassedBranches(
      found.map(({ name, finding }) => ({ name, ...finding })),
      {
        title: `Test accuracy lost without one branch, on ${dataset.name}`,
        caption:
          "A bar near 0: the residual around this branch does the work, and the model would hardly miss it. Nothing is trained again.",
      },
    ),

  calibration: (found, dataset) =>
    reliability(
      found.map(({ name, finding }) => ({ name, ...finding })),
      {
        title: `Is the model as often right as it is sure? ${dataset.name}, ${dataset.test} test images`,
        caption:
          "Below the diagonal it is too sure, above it not sure enough. The larger a dot, the more images; the smallest are few, and chance.",
      },
    ),

  "loss-slice": (found, dataset) =>
    lines(
      found.map(({ name, finding: { at, loss } }) => ({ name, x: at, y: loss })),
      { x: "way along a random direction, in lengths of each filter", y: "training loss, nats" },
      {
        title: `A slice of the loss, on ${dataset.name}`,
        caption: `The trained model is at 0. ${whichWay(found.map(({ finding }) => finding))}.`,
      },
    ),

  "flip-share": (found) => {
    const binarized = found.filter(({ finding }) => finding.some((share) => share > 0));
    if (binarized.length === 0) return undefined;
    return trainingCurves(
      binarized.map(({ name, seed, finding }) => ({ name, seed, curve: curveOf(finding) })),
      "flipShare",
      {
        title: "Binary weights that changed sign, per epoch",
        caption: "Signs at the end of each epoch against those at its start.",
      },
    );
  },
};

/**
 * Every figure of a diagnosis, by the name of its file. Where each run has one of its own, that of the second is called
 * `scale-error-against`.
 *
 * @param diagnosis - fresh, or read from its file: the figures are the same
 */
export function diagnosisFigures(diagnosis: Diagnosis): Record<string, Figure> {
  return Object.fromEntries(
    diagnosticNames.flatMap((diagnostic): [string, Figure][] => {
      const findings = diagnosis.found[diagnostic];
      if (!findings) return [];
      const found = findings.map((finding, i) => ({ ...diagnosis.runs[i], finding }));
      const drawn = (drawings[diagnostic] as Draw<(typeof findings)[number]>)(found, diagnosis.dataset);
      return [drawn ?? []].flat().flatMap((figure: Figure | undefined, i) => {
        return figure ? [[i === 0 ? diagnostic : `${diagnostic}-against`, figure] as [string, Figure]] : [];
      });
    }),
  );
}

/** @returns of what queries the maps are: models that average their tokens have no class token */
function whoLooks(maps: readonly ClassTokenMaps[]): string {
  if (maps.every(({ queries }) => queries !== "all")) return "Where the class token looks";
  return maps.every(({ queries }) => queries === "all") ? "Where all tokens look, on average" : "Where two models look";
}

/** @returns which model's maps are of what, where they are not of the same */
function whoseMeans(found: readonly { readonly name: string; readonly finding: ClassTokenMaps }[]): string {
  const means = found.filter(({ finding }) => finding.queries === "all");
  if (means.length === 0 || means.length === found.length) return "";
  return ` Of ${means.map(({ name }) => name).join(", ")} the mean over all tokens, of the other the class token.`;
}

/** @returns along what the models of a slice go, and which of their weights */
function whichWay(slices: readonly SliceFinding[]): string {
  const [{ moved, direction }] = slices;
  const isAlone = slices.length === 1;
  const everything = "all weights but the head's move";
  const which = (binarized: string) => (moved === "binarized" ? binarized : everything);
  if (isAlone) {
    return `It goes along a random direction, scaled to its weights filter by filter; ${which("only binarized weights move")}`;
  }
  if (direction === "own") {
    return (
      "The models' layers differ, so that each goes along a random direction of its own, scaled to its weights filter by filter; " +
      which("of each only parts that are binarized in one of them move")
    );
  }
  return (
    "Both go along one random direction, scaled to their weights filter by filter; " +
    which("only weights that are binarized in one of them move")
  );
}

/** Shares as the curve of a run, of which nothing else is drawn. */
const curveOf = (shares: readonly number[]): EpochRecord[] =>
  shares.map((flipShare, i) => ({ epoch: i + 1, flipShare }) as EpochRecord);

const meanPercent = (shares: readonly number[]): string =>
  `${((100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length).toFixed(1)}%`;
