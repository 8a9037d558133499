import { architectureDiagram } from "./architecture";
import { bitPackingDiagram } from "./bit-packing";
import type { DiagramLook } from "./canvas";
import { straightThroughDiagram } from "./straight-through";

/** What is drawn by hand instead of from data: each gives the text of an SVG file. */
export const diagrams = {
  architecture: architectureDiagram,
  "straight-through": straightThroughDiagram,
  "bit-packing": bitPackingDiagram,
} as const satisfies Record<string, (look?: DiagramLook) => string>;
