import type { StudyInput } from "../study-config";
import type { StudyName } from "../study-names";
import { best1Bit, best1BitCifar10 } from "./best-1-bit";
import { methods, methodsCifar10 } from "./methods";
import { quick } from "./quick";
import { recipeCifar10 } from "./recipe";
import { report, reportCifar10 } from "./report";
import { scaleGradient, scaleGradientCifar10 } from "./scale-gradient";
import { stems } from "./stems";
import { straightThrough, straightThroughCifar10 } from "./straight-through";
import { width, widthCifar10 } from "./width";

/** The studies that `binvit study NAME` knows, each of them named in study-names.ts. */
export const studies = {
  quick,
  report,
  "report-cifar10": reportCifar10,
  methods,
  "methods-cifar10": methodsCifar10,
  stems,
  "straight-through": straightThrough,
  "straight-through-cifar10": straightThroughCifar10,
  "scale-gradient": scaleGradient,
  "scale-gradient-cifar10": scaleGradientCifar10,
  width,
  "width-cifar10": widthCifar10,
  "best-1-bit": best1Bit,
  "best-1-bit-cifar10": best1BitCifar10,
  "recipe-cifar10": recipeCifar10,
} as const satisfies Record<StudyName, StudyInput>;
