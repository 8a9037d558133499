/**
 * tfjs-node as a peer: the process that tfjs-node.ts starts and peer-process.ts speaks with, in lines of JSON.
 */
import { createInterface } from "node:readline";
import { useBackend } from "../backend/select";
import { noiseBatch } from "./models";
import { tensorInference, trainingStep } from "./steps";
import type { TfjsNodeRequest } from "./tfjs-node";

const say = (line: object): void => console.log(JSON.stringify(line));

function work({ task, config, operations, batch: count }: TfjsNodeRequest): () => void {
  const batch = noiseBatch(config, count);
  return task === "training"
    ? trainingStep(config, batch, operations)
    : tensorInference(config.model, batch, operations);
}

async function main(): Promise<void> {
  try {
    await useBackend("tensorflow");
  } catch (error) {
    say({ missing: (error as Error).message.split(/\. |\n/)[0] });
    return;
  }
  const tfjs = require("@tensorflow/tfjs-node") as { version: Record<string, string>; node?: unknown };
  say({ version: `${tfjs.version["tfjs-node"] ?? tfjs.version.tfjs}` });
  const made = new Map<string, () => void>();
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const { repeats, ...request } = JSON.parse(line) as TfjsNodeRequest & { repeats: number };
      const key = JSON.stringify(request);
      const run = made.get(key) ?? work(request);
      made.set(key, run);
      const startedAt = performance.now();
      for (let i = 0; i < repeats; i++) run();
      say({ seconds: (performance.now() - startedAt) / 1000 });
    } catch (error) {
      say({ error: (error as Error).message.split("\n")[0] }); // the other side is waiting for a line
    }
  }
}

if (require.main === module) void main();
