import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CancelledError } from "../../lib/base/errors";
import { kitRoot } from "../../lib/base/kit-root";
import { runStudy } from "../../lib/study/run-study";
import { parseStudyConfig, type StudyConfig } from "../../lib/study/study-config";
import type { StudyEvent } from "../../lib/study/study-event";
import { studyRuns } from "../../lib/study/study-runs";
import type { RunRecord } from "../../lib/train/record";
import { readRecord } from "../../lib/train/run-folder";
import { sealRecord } from "../../lib/train/seal";

// Each run is a process of its own, so these tests need the build.
const folder = mkdtempSync(join(tmpdir(), "binvit-study-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  const built = existsSync(join(kitRoot(), "lib", "dist", "cli", "main.js"));
  expect(built, "lib/dist is missing: run `npm run build` first").toBe(true);
});

const study = (training: object = {}): StudyConfig =>
  parseStudyConfig({
    name: "tiny",
    extends: "digits",
    dataset: { trainLimit: 64 },
    model: { embedDim: 8, depth: 1, numHeads: 2, mlpDim: 8 },
    training: { epochs: 1, warmupEpochs: 0, ...training },
    rows: [
      { component: "float", scale: "float", binarize: {} },
      { component: "mlp", scale: "channel", binarize: { mlp: "channel" } },
      { component: "mlp+mhsa", scale: "channel", binarize: { mlp: "channel", mhsa: "channel" } },
    ],
  });

async function run(what: StudyConfig, out: string, signal?: AbortSignal, watch?: (event: StudyEvent) => void) {
  const events: StudyEvent[] = [];
  const onEvent = (event: StudyEvent) => {
    events.push(event);
    watch?.(event);
  };
  const outcome = await runStudy(what, { seeds: [1], jobs: 2, out: join(folder, out), onEvent, signal }).catch(
    (error: Error) => error,
  );
  const { records, failures } = outcome instanceof Error ? { records: outcome, failures: [] } : outcome;
  const problems = failures.map(({ run, problem }) => `${run.row.name}, seed ${run.seed}: ${problem}`);
  const kinds = (kind: StudyEvent["kind"]) =>
    events.filter((event) => event.kind === kind).map(({ run }) => run.row.name);
  return { records, problems, events, kinds };
}

describe("a study", () => {
  test("trains every row in processes of their own, and finds them the next time", async () => {
    const first = await run(study(), "whole");
    expect(first.records).toMatchObject([{ name: "float" }, { name: "mlp/channel" }, { name: "mlp+mhsa/channel" }]);
    expect(first.kinds("started").sort()).toEqual(["float", "mlp+mhsa/channel", "mlp/channel"]);
    expect(first.kinds("finished").sort()).toEqual(first.kinds("started").sort());
    const steps = first.events.flatMap((event) => (event.kind === "progress" ? [event.progress] : []));
    expect(steps).toHaveLength(3); // one step of 64 images each
    expect(steps[0]).toMatchObject({ epoch: 1, epochs: 1, step: 1, steps: 1 });

    const startedAt = performance.now();
    const again = await run(study(), "whole");
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(again.records).toEqual(first.records);
    expect(again.events.map(({ kind }) => kind)).toEqual(["found", "found", "found"]);
  });

  test("reports a run that fails, finishes the others, and tries that one again", async () => {
    const what = study();
    const out = "failing";
    const [, mlp] = studyRuns(what, [1], join(folder, out), "wasm+kernels");
    mkdirSync(join(folder, out));
    writeFileSync(mlp.folder, "a file where the run's folder belongs");
    const { records, problems, kinds } = await run(what, out);
    expect(records).toMatchObject([{ name: "float" }, { name: "mlp+mhsa/channel" }]);
    expect(problems).toEqual([expect.stringMatching(/^mlp\/channel, seed 1: Cannot write/)]);
    expect(kinds("finished").sort()).toEqual(["float", "mlp+mhsa/channel"]);
    expect(kinds("failed")).toEqual(["mlp/channel"]);
    rmSync(mlp.folder);
    const again = await run(what, out);
    expect(again.kinds("found").sort()).toEqual(["float", "mlp+mhsa/channel"]);
    expect(again.records).toHaveLength(3);
  });

  test("says in one line why a training failed", async () => {
    const { records, problems } = await run(study({ learningRate: 1e38, clipNorm: 1e30 }), "diverging");
    expect(records).toEqual([]);
    expect(problems).toHaveLength(3);
    for (const problem of problems)
      expect(problem).toMatch(/, seed 1: The .*loss became .*Lower training.learningRate/);
    expect(problems.join()).not.toContain("\n");
  });

  test("moves a record that is cut off, or of another run, aside with its weights, and trains again", async () => {
    const what = study();
    const place = join(folder, "whole");
    const [float, mlp, both] = studyRuns(what, [1], place, "wasm+kernels").map((each) => each.folder);
    const record = readFileSync(join(float, "record.json"), "utf8");
    writeFileSync(join(float, "record.json"), record.slice(0, 400));
    writeFileSync(join(float, "record.damaged.json"), "from an earlier time");
    copyFileSync(join(both, "record.json"), join(mlp, "record.json"));
    const { records, problems, events, kinds } = await run(what, "whole");
    expect(records).toHaveLength(3);
    expect(problems).toEqual([]);
    expect(kinds("damaged").sort()).toEqual(["float", "mlp/channel"]);
    expect(events.flatMap((event) => (event.kind === "damaged" ? [event.problem] : [])).sort()).toEqual([
      expect.stringMatching(/float.*record\.json is not valid JSON/),
      expect.stringMatching(/mlp-channel.*record\.json is that of another run, mlp\+mhsa\/channel with seed 1\.$/),
    ]);
    expect(readFileSync(join(float, "record.damaged-2.json"), "utf8")).toBe(record.slice(0, 400));
    expect(readFileSync(join(float, "record.damaged.json"), "utf8")).toBe("from an earlier time");
    const weights = (name: string) => readFileSync(join(float, name));
    expect(weights("weights.damaged-2.safetensors").equals(weights("weights.safetensors"))).toBe(true);
    expect(existsSync(join(mlp, "record.damaged.json"))).toBe(true);
  });

  test("does not count a run that was finished on other data, and leaves it as it is", async () => {
    const what = study();
    const [float] = studyRuns(what, [1], join(folder, "whole"), "wasm+kernels");
    const path = join(float.folder, "record.json");
    const { sha256: _, ...record } = readRecord(float.folder)!;
    const other = sealRecord({ ...record, dataset: { ...record.dataset, sha256: "0".repeat(64) } });
    writeFileSync(path, JSON.stringify(other));
    const { records, problems, kinds } = await run(what, "whole");
    expect(records).toMatchObject([{ name: "mlp/channel" }, { name: "mlp+mhsa/channel" }]);
    expect(problems).toEqual([expect.stringMatching(/^float, seed 1: .*finished on other data: .* SHA-256 000000/)]);
    expect([kinds("failed"), kinds("started")]).toEqual([["float"], []]);
    expect(readRecord(float.folder)).toEqual(other);
  });

  test("hands on what a run that is finished wants to be known", async () => {
    const what = study();
    const [float] = studyRuns(what, [1], join(folder, "noticed"), "wasm+kernels");
    mkdirSync(float.folder, { recursive: true });
    writeFileSync(join(float.folder, "checkpoint.safetensors"), "damaged");
    const { records, events } = await run(what, "noticed");
    expect(records).toHaveLength(3);
    expect(events.flatMap((event) => (event.kind === "notice" ? [[event.run.row.name, event.notice]] : []))).toEqual([
      ["float", expect.stringMatching(/checkpoint\.safetensors is damaged, .* this run starts over\.$/)],
    ]);
  });

  const inStages = (training: object = {}) =>
    parseStudyConfig({
      name: "staged",
      extends: "digits",
      dataset: { trainLimit: 64 },
      model: { embedDim: 8, depth: 1, numHeads: 2, mlpDim: 8 },
      training: { epochs: 1, warmupEpochs: 0 },
      rows: [
        { component: "mlp", scale: "staged", binarize: { mlp: "channel" }, from: "mlp/taught" },
        {
          component: "mlp",
          scale: "taught",
          binarize: { mlp: "channel-w1a32" },
          training: { objective: { "cross-entropy": {}, distillation: { teacher: "row:float" } } },
        },
        { component: "float", scale: "float", binarize: {}, training },
      ],
    });

  test("trains what others need before them, and finds all of it the next time", async () => {
    const first = await run(inStages(), "staged");
    expect(first.problems).toEqual([]);
    expect(first.records).toMatchObject([{ name: "mlp/staged" }, { name: "mlp/taught" }, { name: "float" }]);
    expect(first.kinds("started")).toEqual(["float", "mlp/taught", "mlp/staged"]);
    const [staged, taught, float] = first.records as RunRecord[];
    expect(staged.origins).toMatchObject({ from: { name: "mlp/taught", weightsSha256: taught.weightsSha256 } });
    expect(taught.origins?.["objective.distillation.teacher"].weightsSha256).toBe(float.weightsSha256);
    const again = await run(inStages(), "staged");
    expect(again.kinds("found")).toEqual(["float", "mlp/taught", "mlp/staged"]);
    expect(again.records).toEqual(first.records);
    // A teacher that is lost is trained again, to the same weights: its pupils are what they were.
    rmSync(studyRuns(inStages(), [1], join(folder, "staged"), "wasm+kernels")[2].folder, { recursive: true });
    const repaired = await run(inStages(), "staged");
    expect(repaired.kinds("started")).toEqual(["float"]);
    expect(repaired.kinds("found")).toEqual(["mlp/taught", "mlp/staged"]);
  });

  test("does not try what needs a run that failed, and says why", async () => {
    const { records, problems, kinds } = await run(inStages({ learningRate: 1e38, clipNorm: 1e30 }), "unstaged");
    expect(records).toEqual([]);
    expect(kinds("started")).toEqual(["float"]);
    expect(problems).toEqual([
      "mlp/staged, seed 1: it needs mlp/taught, which failed",
      "mlp/taught, seed 1: it needs float, which failed",
      expect.stringMatching(/^float, seed 1: The .*loss became/),
    ]);
  });

  test("is stopped by its signal, and goes on where it was", async () => {
    const controller = new AbortController();
    const what = study({ epochs: 12 });
    const stopped = await run(
      what,
      "stopped",
      controller.signal,
      ({ kind }) => kind === "progress" && controller.abort(),
    );
    expect(stopped.records).toBeInstanceOf(CancelledError);
    expect((stopped.records as Error).message).toMatch(/Run the same command to go on/);
    expect(stopped.kinds("finished")).toEqual([]);
    expect(stopped.kinds("failed")).toEqual([]);
    for (const { run } of stopped.events) expect(readRecord(run.folder)).toBeUndefined();
    const again = await run(what, "stopped");
    expect(again.records).toHaveLength(3);
  });
});
