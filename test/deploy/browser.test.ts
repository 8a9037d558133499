import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildResult, build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { createEngine } from "../../lib/deploy/engine";
import { encodePackedModel } from "../../lib/deploy/format";
import { readKernels } from "../../lib/kernels/read";
import { kitRoot } from "../../lib/kit-root";
import { smallModel } from "../vit/small-model";
import { anyImages, anyParameters, pack } from "./simulation";

const chromium = "/usr/bin/chromium";
const count = 19;

/** What the page runs: the example of docs/packed-model.md, with both sets of kernels. */
const page = `
import { createEngine } from "./lib/deploy/engine";
import { decodePackedModel } from "./lib/deploy/format";

const bytes = async (path: string) => new Uint8Array(await (await fetch(path)).arrayBuffer());

async function run(): Promise<unknown> {
  const model = await decodePackedModel(await bytes("/model.safetensors"));
  const images = new Float32Array((await bytes("/images")).buffer);
  const engines = [await bytes("/binvit.wasm"), "scalar" as const].map((kernels) => createEngine(model, { kernels }));
  return engines.map((engine) => ({ tier: engine.tier, logits: [...engine.forward(images, ${count})] }));
}

run().then(
  (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) }),
  (error) => fetch("/result", { method: "POST", body: JSON.stringify(String(error)) }),
);
`;

/** Serves files on loopback; resolves with what the page posts. */
function serve(files: Record<string, [type: string, body: string | Uint8Array]>): {
  server: Server;
  result: Promise<unknown>;
} {
  let done: (result: unknown) => void = () => undefined;
  const result = new Promise<unknown>((resolve) => {
    done = resolve;
  });
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => done(JSON.parse(body)));
    }
    const file = files[request.url ?? ""];
    response.writeHead(file ? 200 : 404, { "content-type": file?.[0] ?? "text/plain" });
    response.end(file?.[1]);
  });
  return { server, result };
}

function browse(address: string, profile: string): ChildProcess {
  const flags =
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
    "--disable-component-update --disable-sync";
  return spawn(chromium, [...flags.split(" "), `--user-data-dir=${profile}`, address], { stdio: "ignore" });
}

describe("the engine in a browser", () => {
  let bundle: BuildResult<{ write: false; metafile: true }>;

  beforeAll(async () => {
    await useBackend("wasm");
    bundle = await build({
      stdin: { contents: page, resolveDir: kitRoot(), loader: "ts" },
      bundle: true,
      write: false,
      metafile: true,
      platform: "browser", // fails if a Node module is imported
    });
  });

  test("needs neither Node's modules nor TensorFlow.js", () => {
    expect(Object.keys(bundle.metafile.inputs).filter((path) => path.includes("tensorflow"))).toEqual([]);
  });

  test.skipIf(!existsSync(chromium))(`gives the logits of Node bit for bit (skipped without ${chromium})`, async () => {
    const config = smallModel({
      embedDim: 36,
      mlpDim: 70,
      binarize: { conv: "channel-w1a32", mlp: "learned", mhsa: "xnor" },
    });
    const model = pack(config, anyParameters(config, 1));
    const images = anyImages(config, count);
    const { server, result } = serve({
      "/": ["text/html", '<!doctype html><script src="/page.js"></script>'],
      "/page.js": ["text/javascript", bundle.outputFiles[0].text],
      "/model.safetensors": ["application/octet-stream", await encodePackedModel(model)],
      "/binvit.wasm": ["application/wasm", readKernels()],
      "/images": ["application/octet-stream", new Uint8Array(images.buffer)],
    });
    const profile = mkdtempSync(join(tmpdir(), "binvit-browser-"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = browse(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, profile);
    const closed = new Promise((resolve) => browser.on("close", resolve));
    try {
      const logits = [...createEngine(model, { kernels: readKernels() }).forward(images, count)];
      expect(await result).toEqual([
        { tier: "simd", logits },
        { tier: "scalar", logits },
      ]);
    } finally {
      browser.kill();
      await closed;
      server.closeAllConnections();
      server.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  });
});
