import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { nativeAdvice, nativeVersion } from "./backend/native";
import { type BackendReport, useBackend } from "./backend/select";
import { kitRoot } from "./base/kit-root";
import { version } from "./base/version";
import { datasets } from "./data/sets/index";
import { datasetState } from "./data/state";
import { kernelTier } from "./kernels/wide";

/** One line of the doctor's report. */
export interface Check {
  readonly name: string;
  readonly found: string;
  /** `ok`, `could be better` with advice, or `missing`: the kit does not run without it. */
  readonly state: "ok" | "better" | "missing";
  readonly advice?: string;
}

/** The doctor's report. */
export interface DoctorReport {
  readonly backend: BackendReport;
  readonly checks: readonly Check[];
}

const basePackages = ["tslab", "@tensorflow/tfjs", "danfojs-node", "plotly.js"] as const;

/**
 * Looks at Node, the packages, the backend and the data sets; switches to the backend that it reports.
 *
 * @returns one check a line, in the order to print
 */
export async function examine(): Promise<DoctorReport> {
  const backend = await useBackend();
  const checks: Check[] = [
    { name: "binvit", found: version, state: "ok" },
    nodeCheck(),
    {
      name: "machine",
      found: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
      state: "ok",
    },
    ...basePackages.map(packageCheck),
    {
      name: "backend",
      found: `${backend.backend}: ${backend.reason}`,
      state: backend.hint ? "better" : "ok",
      advice: backend.hint,
    },
    ...(backend.kernels ? [kernelCheck()] : []),
    nativeCheck(),
    await dataCheck(),
    jupyterCheck(),
  ];
  return { backend, checks };
}

function nodeCheck(): Check {
  const { node } = process.versions;
  if (Number.parseInt(node, 10) >= 20) return { name: "Node.js", found: node, state: "ok" };
  return { name: "Node.js", found: node, state: "missing", advice: "install Node.js 20 or later from nodejs.org." };
}

function kernelCheck(): Check {
  const { tier, reason } = kernelTier();
  return { name: "kernels", found: `${tier === "wide" ? 256 : 128}-bit registers: ${reason}`, state: "ok" };
}

function nativeCheck(): Check {
  const found = nativeVersion(require);
  if (found) return { name: "tfjs-node", found: `${found}; used with \`--backend tensorflow\``, state: "ok" };
  return { name: "tfjs-node", found: "not installed; an option, slower here", state: "ok", advice: nativeAdvice };
}

function packageCheck(name: string): Check {
  const manifest = join(kitRoot(), "node_modules", name, "package.json");
  if (!existsSync(manifest)) {
    return { name, found: "not installed", state: "missing", advice: "run `npm ci` in the kit's folder." };
  }
  return { name, found: (require(manifest) as { version: string }).version, state: "ok" };
}

async function dataCheck(): Promise<Check> {
  const states = await Promise.all(
    Object.values(datasets).map(async (info) => [info.name, await datasetState(info)] as const),
  );
  const here = states.filter(([, state]) => state !== "absent").map(([name]) => name);
  const absent = states.filter(([, state]) => state === "absent").map(([name]) => name);
  return {
    name: "data sets",
    found: here.join(", "),
    state: "ok",
    advice:
      absent.length > 0
        ? `also known: ${absent.join(", ")}; get one with \`npx binvit data download NAME\`.`
        : undefined,
  };
}

function jupyterCheck(): Check {
  const { status, stdout } = spawnSync("jupyter", ["--version"], { encoding: "utf8" });
  if (status === 0 && stdout)
    return { name: "Jupyter", found: "found; open the notebooks with `npm run lab`", state: "ok" };
  return {
    name: "Jupyter",
    found: "not found; not needed to run or read the notebooks",
    state: "ok",
    advice: "to work in the notebooks, `npm run lab` says how to get it or how to use an editor.",
  };
}
