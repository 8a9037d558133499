import type { StudyInput } from "../study-config";

type Row = StudyInput["rows"][number];

/** What a configuration says of one group of parts. */
export type Way = NonNullable<Row["binarize"]["mlp"] & Row["binarize"]["conv"]>;

/** What the report binarizes, alone and together, and our own third part. */
export const components = {
  conv: ["conv"],
  mlp: ["mlp"],
  mhsa: ["mhsa"],
  "mlp+mhsa": ["mlp", "mhsa"],
  "conv+mlp+mhsa": ["conv", "mlp", "mhsa"],
} as const;

/** The row that others are compared with: nothing binarized. */
export const float: Row = { component: "float", scale: "float", binarize: {} };

/** @returns a row for each way to binarize these parts */
export const rowsOf = (component: keyof typeof components, ways: Readonly<Record<string, Way>>): Row[] =>
  Object.entries(ways).map(([scale, how]) => ({
    component,
    scale,
    binarize: Object.fromEntries(components[component].map((part) => [part, how])),
  }));

/** @returns a row for each component and way to binarize it */
export const gridOf = (ways: Readonly<Record<string, Way>>): Row[] =>
  (Object.keys(components) as (keyof typeof components)[]).flatMap((component) => rowsOf(component, ways));
