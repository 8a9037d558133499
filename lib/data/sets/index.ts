import type { DatasetInfo } from "../dataset-info";
import { cifar10 } from "./cifar10";
import { cifar100 } from "./cifar100";
import { digits } from "./digits";
import { fashionMnist } from "./fashion-mnist";
import { mnist } from "./mnist";
import { shapes } from "./shapes";

/** Leaves them as they are; what is entered under another name than its own does not compile. */
const named = <Sets extends { readonly [Name in keyof Sets]: DatasetInfo & { readonly name: Name } }>(sets: Sets) =>
  sets;

/** Every data set, in the order `binvit data list` shows them. Add yours here. */
export const datasets = named({
  digits,
  shapes,
  cifar10,
  cifar100,
  mnist,
  "fashion-mnist": fashionMnist,
});

/** The name of a data set the kit knows. */
export type DatasetName = keyof typeof datasets;

/** The names of all data sets, in their order. */
export const datasetNames = Object.keys(datasets) as readonly DatasetName[];

/** @returns whether there is a data set of this name */
export const isDatasetName = (name: string): name is DatasetName => Object.hasOwn(datasets, name);
