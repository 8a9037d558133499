import type { Data } from "plotly.js";
import type { ResidualBypass } from "../diagnose/residual-bypass";
import type { Figure } from "./figure";
import { type Heading, ink, textSize } from "./heading";
import { distinct, requireRows } from "./inputs";
import { colorsOf } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/** One model's branches. */
export interface BypassedModel extends ResidualBypass {
  readonly name: string;
}

/**
 * Accuracy that each model loses without each of its branches, models side by side.
 *
 * @param models - what `residualBypass` gives, with names
 * @param heading - title and caption
 * @returns the figure, in percentage points
 * @throws ConfigError if there are no models, or no branches
 */
export function bypassedBranches(models: readonly BypassedModel[], heading: Heading = {}): Figure {
  const branches = distinct(models.flatMap((model) => model.branches.map(({ branch }) => branch)));
  requireRows(branches, "bypassedBranches", "branch");
  const colors = colorsOf(distinct(models.map((model) => model.name)));
  const points = (lost: number) => Number((100 * lost).toFixed(1));
  const data = models.map(
    ({ name, whole, branches }): Data => ({
      type: "bar",
      name: plain(`${name} (${(100 * whole.accuracy).toFixed(1)}% whole)`),
      x: branches.map(({ branch }) => branchLabel(branch)),
      y: branches.map(({ lost }) => points(lost)),
      text: branches.map(({ lost }) => points(lost).toFixed(1).replace("-", "−")),
      textposition: "outside",
      textangle: 0,
      textfont: { size: models.length * branches.length > 24 ? 10 : textSize.label },
      cliponaxis: false,
      marker: { color: colors.get(name) },
    }),
  );
  return figure(
    data,
    {
      showlegend: true,
      bargap: 0.25,
      xaxis: { type: "category", showgrid: false, title: axisTitle("branch that is left out") },
      yaxis: { title: axisTitle("accuracy lost, points"), zeroline: true, zerolinecolor: ink.frame },
    },
    heading,
  );
}

/** `blocks.0.attention` → MHSA, of the first block. */
function branchLabel(branch: string): string {
  const [, block, part] = branch.split(".");
  return `${part === "attention" ? "MHSA" : "MLP"}<br>block ${Number(block) + 1}`;
}
