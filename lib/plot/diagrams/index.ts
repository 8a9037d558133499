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

/** @returns what a diagram says of itself: its title, its description, and its size in pixels */
export function factsOf(svg: string): { title: string; description: string; width: number; height: number } {
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  const [title, description] = ["title", "desc"].map((tag) => new RegExp(`<${tag}>(.*)</${tag}>`).exec(svg)?.[1] ?? "");
  return { title, description, width: Number(width), height: Number(height) };
}
