import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { kitRoot } from "../../lib/base/kit-root";
import type { Random } from "../../lib/base/random";
import { md5, packedCifar10 } from "../data/official-fixture";
import { essence, launcher, lostSeconds, train, writeConfig } from "./training";

/** What a scenario came to. */
export interface Tally {
  kills: number;
  /** Ends that were the same as without a kill, and all ends. */
  equal: number;
  ends: number;
  readonly lost: number[];
  readonly faults: string[];
}

/** A way to be killed, so many times. */
export type Scenario = (folder: string, kills: number, random: Random) => Promise<Tally>;

const emptyTally = (): Tally => ({ kills: 0, equal: 0, ends: 0, lost: [], faults: [] });

/** Whether many kills were asked for, and time is no matter. */
const isLong = process.env.BINVIT_CHAOS_KILLS !== undefined;

/** A second or some of training, in a hundred steps or some. */
const run = {
  extends: "digits",
  dataset: { trainLimit: isLong ? 1024 : 256 },
  model: { embedDim: 32, depth: 2, numHeads: 2, mlpDim: 64, binarize: { mlp: "channel", mhsa: "channel" } },
  training: { epochs: 12, batchSize: 32, cropPadding: 1, warmupEpochs: 1 },
};

/** An epoch of which takes longer than the time between two kills. */
const longEpochs = {
  ...run,
  model: { ...run.model, embedDim: 192, depth: 8, numHeads: 4, mlpDim: 384 },
  training: { ...run.training, epochs: 3 },
};

/** Killed at a random instant, then trained to the end. */
export const anyInstant: Scenario = (folder, kills, random) =>
  oneKillARun(folder, kills, (config, place, whole) =>
    train(config, place, { killAfter: whole * (0.15 + 0.85 * random.uniform()) }),
  );

/** Killed before, within or after one of the things that a run does to its files. */
export const inWrites: Scenario = (folder, kills, random) => {
  const preload = join(kitRoot(), "test", "chaos", "kill-in-write.cjs");
  return oneKillARun(folder, kills, (config, place) => {
    const env = { CHAOS_AT: String(1 + random.integer(24)), CHAOS_FOLDER: place, BINVIT_HEARTBEAT: "0.5" };
    return train(config, place, { preload, env });
  });
};

async function oneKillARun(
  folder: string,
  kills: number,
  killed: (config: string, place: string, milliseconds: number) => ReturnType<typeof train>,
): Promise<Tally> {
  const tally = emptyTally();
  const config = writeConfig(folder, run);
  const startedAt = performance.now();
  await train(config, join(folder, "whole"));
  const whole = performance.now() - startedAt;
  const expected = essence(join(folder, "whole"));
  for (let i = 0; tally.kills < kills && i < 3 * kills; i++) {
    const place = join(folder, `run-${i}`);
    const first = await killed(config, place, whole);
    if (first.killed) tally.kills++;
    const second = await train(config, place);
    if (first.killed) tally.lost.push(lostSeconds(first, second));
    settle(tally, place, expected, second.errors);
    rmSync(place, { recursive: true });
  }
  return tally;
}

function settle(tally: Tally, place: string, expected: string, errors: string): void {
  tally.ends++;
  const left = existsSync(join(place, "record.json")) ? readdirSync(place).sort().join(", ") : "no record";
  if (left === "record.json, weights.safetensors" && essence(place) === expected) tally.equal++;
  else tally.faults.push(`${place}: ${left}. ${errors.trim()}`);
}

/** Killed again and again, sooner than an epoch takes: only checkpoints within epochs make progress possible. */
export const everyFewSeconds: Scenario = async (folder, kills, random) => {
  const tally = emptyTally();
  const config = writeConfig(folder, longEpochs);
  await train(config, join(folder, "whole"));
  const expected = essence(join(folder, "whole"));
  for (let i = 0; tally.kills < kills && i < kills; i++) {
    const place = join(folder, `run-${i}`);
    let before = await train(config, place, { killAfterFirst: 1500 + 1000 * random.uniform() });
    for (let attempts = 1; before.killed && attempts < 60; attempts++) {
      tally.kills++;
      const next = await train(config, place, { killAfterFirst: 1500 + 1000 * random.uniform() });
      tally.lost.push(lostSeconds(before, next));
      before = next;
    }
    settle(tally, place, expected, before.errors);
    rmSync(place, { recursive: true });
  }
  return tally;
};

/** In the folder of a run that a study has finished. */
const whatIsLeft = "config.json,record.json,weights.safetensors";

/** A study of four runs; its process or one that trains is killed, then the same command is given again. */
export const inStudies: Scenario = async (folder, kills, random) => {
  const tally = emptyTally();
  const file = join(folder, "study.json");
  const row = (component: string, binarize: object) => ({ component, scale: component, binarize });
  const { model, ...rest } = run;
  const { binarize: _, ...size } = model;
  const rows = [row("float", {}), row("mlp", { mlp: "channel" }), row("mhsa", { mhsa: "unscaled" })];
  writeFileSync(file, JSON.stringify({ name: "chaos", ...rest, model: size, rows }));
  const study = (out: string) =>
    spawn(process.execPath, [launcher, "study", file, "--out", out, "--jobs", "2"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
  const startedAt = performance.now();
  await once(study(join(folder, "whole")), "close");
  const duration = performance.now() - startedAt;
  const names = readdirSync(join(folder, "whole")).filter((name) => name !== "plan.jsonl");
  const essences = (out: string) => names.map((name) => essence(join(out, name))).join();
  const expected = essences(join(folder, "whole"));
  for (let i = 0; tally.kills < kills && i < 2 * kills; i++) {
    const out = join(folder, `study-${i}`);
    const first = study(out);
    const ended = once(first, "close");
    await new Promise((done) => setTimeout(done, duration * (0.1 + 0.8 * random.uniform())));
    if (first.exitCode === null) {
      const children = childrenOf(first.pid!);
      const victims = [first.pid!, ...children];
      process.kill(victims[random.integer(victims.length)]!, "SIGKILL");
      tally.kills++;
    }
    const second = study(out); // beside what is left of the first
    let said = "";
    for (const stream of [second.stdout, second.stderr]) stream!.on("data", (chunk) => (said += chunk));
    await Promise.all([ended, once(second, "close")]);
    tally.ends++;
    const isWhole = names.every((name) => readdirSync(join(out, name)).sort().join() === whatIsLeft);
    if (second.exitCode === 0 && isWhole && essences(out) === expected) tally.equal++;
    else {
      const left = names.map((name) => `${name}: ${readdirSync(join(out, name)).join(", ")}`);
      tally.faults.push(`${out}: exit code ${second.exitCode}; ${left.join("; ")}. ${said.slice(-500)}`);
    }
    rmSync(out, { recursive: true });
  }
  return tally;
};

/** The processes that a process has started; Linux alone tells. */
function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** A download that is killed at a random instant, then asked for again; from a slow server on this machine. */
export const inDownloads: Scenario = async (folder, kills, random) => {
  const tally = emptyTally();
  const origin = join(folder, "origin");
  const { info, archive } = packedCifar10(origin, "", 0);
  const server = createServer(async (request, response) => {
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": archive.length - from,
      ...(from > 0 && { "content-range": `bytes ${from}-${archive.length - 1}/${archive.length}` }),
    });
    for (let at = from; at < archive.length && !response.destroyed; at += 8192) {
      response.write(archive.subarray(at, at + 8192));
      await new Promise((done) => setTimeout(done, 20));
    }
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const script = JSON.stringify(join(kitRoot(), "lib", "dist", "data", "download.js"));
  const start = (place: string) => {
    const given = JSON.stringify({ folder: place, mirror });
    return spawn(process.execPath, ["-e", `require(${script}).downloadDataset(${JSON.stringify(info)}, ${given})`], {
      env: { ...process.env, no_proxy: "*" }, // whatever this machine reaches the world through
      stdio: "ignore",
    });
  };
  const contents = (place: string) =>
    info.source.files.map(({ name }) => md5(readFileSync(join(place, "cifar-10-batches-bin", name)))).join();
  const expected = contents(origin);
  for (let i = 0; tally.kills < kills && i < 2 * kills; i++) {
    const place = join(folder, `data-${i}`);
    const first = start(place);
    const ended = once(first, "close");
    await new Promise((done) => setTimeout(done, 80 + 700 * random.uniform()));
    if (first.kill("SIGKILL")) tally.kills++;
    await ended;
    const [code] = await once(start(place), "close");
    tally.ends++;
    const left = readdirSync(place).join();
    if (code === 0 && left === "cifar-10-batches-bin" && contents(place) === expected) tally.equal++;
    else tally.faults.push(`${place}: exit code ${code}, left ${left}`);
    rmSync(place, { recursive: true });
  }
  server.close();
  server.closeAllConnections();
  return tally;
};
