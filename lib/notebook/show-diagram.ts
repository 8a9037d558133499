import { ConfigError } from "../base/errors";
import { openDisplay } from "./live-display";

/** A diagram that the kit draws: the model, the straight-through idea, a product of signs in bits. */
export type DiagramName = keyof typeof import("../plot/diagrams/index")["diagrams"];

/**
 * Shows one of the kit's diagrams under the cell, as a picture with words for those who do not see it; outside a kernel
 * the words are printed.
 *
 * @param name - `architecture`, `straight-through` or `bit-packing`
 * @throws ConfigError if there is no such diagram
 */
export async function showDiagram(name: DiagramName): Promise<void> {
  const display = openDisplay(); // before anything is awaited: it belongs to the cell that runs now
  const { diagrams, factsOf } = await import("../plot/diagrams/index");
  if (!Object.hasOwn(diagrams, name)) {
    throw new ConfigError(`There is no diagram "${name}". Diagrams: ${Object.keys(diagrams).join(", ")}.`);
  }
  const svg = diagrams[name]();
  const facts = factsOf(svg);
  if (!display) return console.log(facts.description);
  const { shownDrawing } = await import("./pictures");
  display(...(await shownDrawing(svg, facts)));
}
