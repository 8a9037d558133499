import type { factsOf } from "../plot/diagrams/index";
import type { Figure } from "../plot/figure";
import type { Shown } from "./pictures";

export type { Shown } from "./pictures";

/** What takes the place of pictures.ts in a page, which draws by itself. */
export const shownFigure = async ({ data, layout }: Figure, alt: string): Promise<Shown> => [
  { "application/vnd.plotly.v1+json": { data, layout }, "text/plain": alt },
];

/** @returns an SVG file as it is */
export const shownDrawing = async (svg: string, { description }: ReturnType<typeof factsOf>): Promise<Shown> => [
  { "image/svg+xml": svg, "text/plain": description },
];
