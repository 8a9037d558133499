import * as fs from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newCellSignal } from "../../lib/notebook/cancel";
import { Kernel, type KernelOutput } from "../../lib/notebook/kernel";
import { liveCurve } from "../../lib/notebook/live-curve";
import { lossCurveSvg } from "../../lib/notebook/loss-curve-svg";
import type { MimeBundle, Output } from "../../lib/notebook/nbformat";
import { CellOutputs } from "../../lib/notebook/outputs";
import { liveProgress } from "../../lib/notebook/progress";
import { compileLibrary, temporaryFolder } from "./fixture";

let folder: string;
let kernel: Kernel;

beforeAll(async () => {
  folder = temporaryFolder();
  const modules = ["cancel", "progress", "live-curve"];
  compileLibrary(folder, ...modules.map((name) => `notebook/${name}.ts`));
  kernel = await Kernel.start(folder);
}, 120_000);

afterAll(async () => {
  await kernel.shutdown();
  fs.rmSync(folder, { recursive: true });
});

/** A training curve of two epochs, as source code and as values. */
const records = [1, 2].map((epoch) => ({
  epoch,
  trainLoss: 1 / epoch,
  trainAccuracy: 0.5,
  validationLoss: 1.5 / epoch,
  validationAccuracy: 0.25 * epoch,
  learningRate: 0.001,
  flipShare: 0,
  imagesPerSecond: 100,
}));

async function run(code: string, onOutput?: (output: KernelOutput) => void): Promise<Output[]> {
  const outputs = new CellOutputs(new Map());
  const add = (output: KernelOutput) => {
    outputs.add(output);
    onOutput?.(output);
  };
  await kernel.execute(code, { onOutput: add, timeoutMs: 20_000 });
  return outputs.list();
}

const text = (outputs: readonly Output[]) => outputs.map((output) => ("text" in output ? output.text : "")).join("");

test("an interrupt stops a loop that watches its signal, within a second", { timeout: 120_000 }, async () => {
  await run(`
    const { newCellSignal } = require("./lib/notebook/cancel.js");
    let steps = 0;
    let signal: AbortSignal;
    async function train(signal: AbortSignal) {
      for (;;) {
        if (signal.aborted) throw signal.reason;
        if (++steps === 3) console.log("on");
        await new Promise(setImmediate);
      }
    }
  `);
  let stepped: () => void = () => {};
  const running = new Promise<void>((resolve) => {
    stepped = resolve;
  });
  const cell = run("signal = newCellSignal(); await train(signal);", () => stepped());
  await running;
  const asked = performance.now();
  kernel.interrupt();
  expect(text(await cell)).toMatch(/interrupt/i);
  expect(performance.now() - asked).toBeLessThan(1000);
  const before = text(await run("console.log(steps, signal.aborted, String(signal.reason))"));
  expect(before).toMatch(/^[1-9]\d* true CancelledError: Stopped by an interrupt.\n$/);
  expect(text(await run("console.log(steps, signal.aborted, String(signal.reason))"))).toBe(before);
});

test("an interrupted training leaves one line, and its result to the next cell", { timeout: 120_000 }, async () => {
  await run(`
    const binvit = require("binvit");
    await binvit.useBackend();
    const digits = await binvit.loadDataset({ name: "digits" });
    const config = binvit.parseRunConfig({
      extends: "digits",
      model: { embedDim: 8, depth: 1, numHeads: 1, mlpDim: 8, patchSize: 4 },
      training: { epochs: 1000 },
    });
    const onEpoch = ({ epoch }: { epoch: number }) => epoch === 2 && console.log("on");
  `);
  const train = `
    const own = 1;
    const result = await binvit.train(config, 1, digits, { onEpoch: onEpoch, signal: binvit.newCellSignal() });
    if (result.curve.length < 1000) throw new RangeError("too\\nfew");
    const after = 1;
  `;
  let shown = "";
  const status = await kernel.execute(train, {
    onOutput: ({ content }) => {
      shown += content.text;
      if (shown === "on\n") kernel.interrupt();
    },
  });
  expect(status).toBe("error");
  expect(shown).toMatch(
    /^on\nStopped at epoch \d+ of 1000 \(validation [\d.]+%\); the curve so far is kept\.\nThe rest of the cell did not run: RangeError: too few\n$/,
  );
  const kept = await run("console.log(own, result.curve.length > 1, result.test.count, typeof result.parameters)");
  expect(text(kept)).toBe("1 true 360 object\n");
  // The second training of an interrupted cell does not start, and says nothing more.
  const second = await run("await binvit.train(config, 1, digits, { signal: AbortSignal.abort() })");
  expect(text(second)).toMatch(/Training was stopped at step 1 of/);
});

test("a newer run stops the one before it, and the kernel survives interrupts", { timeout: 120_000 }, async () => {
  const started = await run(`
    const older: AbortSignal = newCellSignal();
    const newer: AbortSignal = newCellSignal();
    console.log(older.aborted, newer.aborted);
  `);
  expect(text(started)).toBe("true false\n");
  // An interrupt of the idle kernel. One that arrives late, while the next cell runs, only ends that cell: ask again.
  const interruptIdle = async () => {
    kernel.interrupt();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(text(await run("console.log(newer.aborted)"))).toBe("true\n");
  };
  await vi.waitFor(interruptIdle, 10_000);
});

test("progress and curve leave one output each, in place", { timeout: 120_000 }, async () => {
  const messages: KernelOutput[] = [];
  const outputs = await run(
    `
    const { liveProgress } = require("./lib/notebook/progress.js");
    const { liveCurve } = require("./lib/notebook/live-curve.js");
    const progress = liveProgress("float");
    const curve = liveCurve({ epochs: 2 });
    for (const record of ${JSON.stringify(records)}) {
      progress.onStep({ epoch: record.epoch, epochs: 2, step: record.epoch, steps: 2, loss: record.trainLoss });
      progress.onEpoch(record);
      curve.push(record);
    }
    progress.done();
    curve.done();
  `,
    (output) => messages.push(output),
  );
  expect(messages.filter(({ type }) => type === "update_display_data").length).toBeGreaterThanOrEqual(2);
  expect(outputs).toHaveLength(2);
  const [line, picture] = outputs.map((output) => ("data" in output ? output.data : {}));
  expect(line!["text/plain"]).toBe(`float  ${"█".repeat(20)}  epoch 2/2  loss 0.500  validation accuracy 50.0%`);
  expect(picture!["text/plain"]).toBe("epoch 2: training loss 0.500, validation loss 0.750");
  const drawn = messages.flatMap(({ content }) => (content.data as MimeBundle)["image/svg+xml"] ?? []);
  expect(drawn.at(-1)).toContain('points="48.0,98.0 468.0,166.0"');
  expect(picture).not.toHaveProperty("image/svg+xml");
  expect(
    Buffer.from(picture!["image/png"] as string, "base64")
      .subarray(1, 4)
      .toString(),
  ).toBe("PNG");
});

test("outside a kernel they print plain lines and leave Ctrl-C alone", () => {
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  const listeners = process.listenerCount("SIGINT");
  expect(newCellSignal().aborted).toBe(false);
  expect(process.listenerCount("SIGINT")).toBe(listeners);
  const progress = liveProgress("float");
  progress.onStep({ epoch: 1, epochs: 2, step: 1, steps: 2, loss: 1 });
  progress.done();
  const curve = liveCurve({ epochs: 2 });
  for (const record of records) curve.push(record);
  curve.done();
  const lines = printed.mock.calls.map(([first]) => String(first));
  printed.mockRestore();
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain("ETA");
  expect(lines[2]).toBe("epoch 2: training loss 0.500, validation loss 0.750");
});

test("no training loss of smoothed labels stands beside a validation loss", () => {
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  expect(() => liveCurve({})).toThrow("how many epochs?");
  const curve = liveCurve({ config: { training: { epochs: 2, labelSmoothing: 0.1 } } });
  for (const record of records) curve.push(record);
  curve.done();
  const [[line]] = printed.mock.calls as [[string]];
  printed.mockRestore();
  expect(line).toBe("epoch 2: validation loss 0.750 (training loss not drawn: labels were smoothed in training)");
  const [both, alone] = [true, false].map((hasTraining) => lossCurveSvg(records, { epochs: 2, hasTraining }));
  expect([both, alone].map((svg) => svg?.match(/<polyline/g)?.length)).toEqual([2, 1]);
  expect(both).toContain("<title>Training and validation loss");
  expect(alone).toContain("<title>Validation loss");
  expect(alone).not.toContain(">training<");
  expect(alone).toContain('points="48.0,30.0 468.0,132.0"'); // its own first value is the top of the axis
});
