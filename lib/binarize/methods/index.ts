import type { Method } from "../method";
import { bhvit } from "./bhvit";
import { biRealNet } from "./bi-real-net";
import { bit } from "./bit";
import { bivit } from "./bivit";
import { bvtIma } from "./bvt-ima";
import { dorefa } from "./dorefa";
import { gsb } from "./gsb";
import { irNet } from "./ir-net";
import { lsq } from "./lsq";
import { reActNet } from "./react-net";
import { realToBinary } from "./real-to-binary";
import { recu } from "./recu";
import { unscaled } from "./unscaled";
import { binaryWeight, channel, learned, tensor, xnor } from "./xnor-net";
import { xnorNetPlus } from "./xnor-net-plus";

/** The methods by the names that a configuration calls them. Add yours here. */
export const methods = {
  unscaled,
  tensor,
  channel,
  "channel-w1a32": binaryWeight,
  xnor,
  learned,
  "xnor-plus": xnorNetPlus,
  "bi-real": biRealNet,
  "real-to-binary": realToBinary,
  "ir-net": irNet,
  "react-net": reActNet,
  lsq,
  bit,
  dorefa,
  recu,
  gsb,
  "bvt-ima": bvtIma,
  bhvit,
  bivit,
} satisfies Record<string, Method>;

/** A name in `methods`. */
export type MethodName = keyof typeof methods;
