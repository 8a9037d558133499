import type { Slope } from "../slope";
import { approx } from "./approx";
import { clip } from "./clip";
import { ede } from "./ede";
import { identity } from "./identity";
import { swish } from "./swish";

/** The slopes that a configuration can name. Add yours here. */
export const slopes = {
  identity,
  clip,
  approx,
  swish,
  ede,
} as const satisfies Record<string, Slope>;

/** A name in `slopes`. */
export type SlopeName = keyof typeof slopes;
