import { cifar10Names, cifar100Names, digitNames, fashionNames } from "./class-names";
import type { DatasetConfig } from "./dataset";
import { shapeNames } from "./shape-drawing";
import { cifar10Source, cifar100Source, fashionMnistSource, mnistSource, type Source } from "./sources";

/** The name of a data set the kit knows. */
export type DatasetName = DatasetConfig["name"];

/** What is known of a data set before it is read. */
export interface DatasetInfo {
  readonly name: DatasetName;
  readonly imageSize: number;
  readonly channels: number;
  readonly classNames: readonly string[];
  readonly maxValue: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly licence: string;
  readonly homepage: string;
  /** Absent if nothing has to be downloaded. */
  readonly source?: Source;
}

/** A data set read from files its authors publish. */
export type OfficialInfo = DatasetInfo & { readonly source: Source };

const cifar = { imageSize: 32, channels: 3, maxValue: 255, train: 45_000, validation: 5_000, test: 10_000 };
const idx = { imageSize: 28, channels: 1, maxValue: 255, train: 55_000, validation: 5_000, test: 10_000 };
const noLicence = "none stated, research use";

/** Every data set, in the order `binvit data list` shows them. */
export const catalog = {
  digits: {
    name: "digits",
    imageSize: 8,
    channels: 1,
    classNames: digitNames,
    maxValue: 16,
    train: 1_257,
    validation: 180,
    test: 360,
    licence: "CC BY 4.0",
    homepage: "https://doi.org/10.24432/C50P49",
  },
  shapes: {
    name: "shapes",
    imageSize: 32,
    channels: 3,
    classNames: shapeNames,
    maxValue: 255,
    train: 8_000,
    validation: 1_000,
    test: 1_000,
    licence: "MIT",
    homepage: "this kit",
  },
  cifar10: {
    name: "cifar10",
    ...cifar,
    classNames: cifar10Names,
    licence: noLicence,
    homepage: "https://www.cs.toronto.edu/~kriz/cifar.html",
    source: cifar10Source,
  },
  cifar100: {
    name: "cifar100",
    ...cifar,
    classNames: cifar100Names,
    licence: noLicence,
    homepage: "https://www.cs.toronto.edu/~kriz/cifar.html",
    source: cifar100Source,
  },
  mnist: {
    name: "mnist",
    ...idx,
    classNames: digitNames,
    licence: "CC BY-SA 3.0",
    homepage: "http://yann.lecun.com/exdb/mnist/",
    source: mnistSource,
  },
  "fashion-mnist": {
    name: "fashion-mnist",
    ...idx,
    classNames: fashionNames,
    licence: "MIT",
    homepage: "https://github.com/zalandoresearch/fashion-mnist",
    source: fashionMnistSource,
  },
} satisfies Record<DatasetName, DatasetInfo>;

/** The names of all data sets, in the order of the catalog. */
export const datasetNames = Object.keys(catalog) as readonly DatasetName[];

/** @returns whether `name` is in the catalog */
export const isDatasetName = (name: string): name is DatasetName => Object.hasOwn(catalog, name);
