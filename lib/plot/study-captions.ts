import { namesParts, rowName } from "../study/row-name";
import { otherLoss } from "../train/other-loss";
import type { RunRecord } from "../train/record";
import { isByRows } from "./accuracy-by-component";
import type { AccuracyRow } from "./accuracy-row";
import type { BytesRow } from "./bytes-against-accuracy";
import { distinct } from "./inputs";
import { hasWeightsAlone } from "./palette";

// What the titles and captions of a study's figures say of its records: made of them, so that no figure says more.

/** @returns a data set as titles name it: `cifar10 (10,000 images, 5 epochs)`, as its studies differ in both */
export function trainedOn(dataset: string, records: readonly RunRecord[]): string {
  const range = (of: (record: RunRecord) => number) => {
    const [least, most] = [Math.min(...records.map(of)), Math.max(...records.map(of))];
    const text = (value: number) => value.toLocaleString("en");
    return least === most ? text(least) : `${text(least)} to ${text(most)}`;
  };
  const epochs = range(({ curve }) => curve.length);
  return `${dataset} (${range((record) => record.dataset.train)} images, ${epochs} ${epochs === "1" ? "epoch" : "epochs"})`;
}

/** @returns what markers say beside the rule, each where a row needs it */
export function exceptions(rows: readonly (AccuracyRow & BytesRow)[]): string {
  const hasOneSeed = rows.some(({ values }) => values.length === 1);
  const hasOpen = rows.some(({ scale }) => hasWeightsAlone(scale));
  return (
    (hasOneSeed ? " No bar: one seed." : "") +
    (hasOpen ? " Open markers: weights alone in bits (W1A32)." : "") +
    floatsOfGroups(rows)
  );
}

/** @returns what a group's float row is, where the whole study has another one */
export function floatsOfGroups(rows: readonly { readonly name: string }[]): string {
  const names = rows.map(({ name }) => name);
  const isOwn = (name: string) => namesParts(name) && rowName(name).scale === "float";
  return names.includes("float") && names.some(isOwn)
    ? " The float of a group is a float model of the group's own."
    : "";
}

/** @returns how many seeds a mean is of, and what its bars are */
export const over = (counted: string): string =>
  counted === "one seed" ? counted : `${counted}, bars are 95% intervals of the mean`;

/** @returns what thin and bold lines are */
export const linesOf = (counted: string): string =>
  counted === "one seed" ? counted : `${counted} thin, their mean bold`;

export const firstUpper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** @returns where to look in a study that has unscaled rows beside scaled ones; nothing in another */
export function unscaledGap(rows: readonly AccuracyRow[]): string {
  const components = distinct(rows.filter((row) => row.component !== row.scale).map((row) => row.component));
  const scales = (component: string) => rows.flatMap((row) => (row.component === component ? row.scale : []));
  const both = components.filter((one) => scales(one).includes("unscaled") && scales(one).length > 1);
  if (both.length === 0) return "";
  const where = both.length === components.length ? ` in each ${isByRows(rows) ? "group" : "column"}` : "";
  return `Look at the gap between unscaled and scaled${where}: `;
}

/** @returns what the curves of losses are, and of which rows the training loss is no cross entropy, and so not drawn */
export function lossesOf(records: readonly RunRecord[], counted: string): string {
  const all = distinct(records.map(({ name }) => name));
  const sentences = distinct(records.flatMap((record) => otherLoss(record) ?? [])).map((reason) => {
    const names = distinct(records.flatMap((record) => (otherLoss(record) === reason ? record.name : [])));
    const some = names.length > 4 ? `${names.length} rows` : names.join(", ");
    return ` Of ${names.length === all.length ? "all rows" : some} validation alone: ${reason}.`;
  });
  const lines = records.every(otherLoss) ? "Validation" : "Validation solid, training dotted";
  return `${lines}: ${linesOf(counted)}.${sentences.join("")}`;
}

/** @returns on what runs were trained, as captions say it */
export function machines(records: readonly RunRecord[]): string {
  const names = distinct(records.map(({ environment }) => environment.cpu));
  return names.length === 1 ? `on one ${names[0]}` : `on ${names.length} kinds of processors`;
}
