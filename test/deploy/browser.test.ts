import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import * as vite from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { kitRoot } from "../../lib/base/kit-root";
import { documentedLines, project } from "./packed-lines";

const chromium = "/usr/bin/chromium";

/** A page whose `console.log` and errors go to the server, with a script. */
const page = (script: string) => `<!doctype html>
<script>
  const post = (result) => fetch(location.pathname, { method: "POST", body: JSON.stringify(result) });
  console.log = (name, logits) => post({ name, logits: [...logits] });
  onerror = (message) => post(message);
  onunhandledrejection = (event) => post(String(event.reason));
</script>
${script}
`;

/** Without a bundler: the library's ES modules as they are, and both sets of kernels. */
const unbundled = `<script type="module">
  import { createEngine, decodePackedModel } from "./esm/engine.js";
  const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const model = await decodePackedModel(await bytes("model.safetensors"));
  const engines = [{}, { kernels: "scalar" }].map((options) => createEngine(model, options));
  const image = await bytes("image.bin");
  console.log(engines.map(({ tier }) => tier).join(), engines.flatMap((engine) => [...engine.forward(image, 1)]));
</script>`;

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

/** Serves files on loopback; `posted` resolves when each of the pages has sent a result. */
function serve(read: (path: string) => string | Uint8Array | undefined, pages: readonly string[]) {
  const results: Record<string, unknown> = {};
  let done: (results: Record<string, unknown>) => void = () => undefined;
  const posted = new Promise<Record<string, unknown>>((resolve) => {
    done = resolve;
  });
  const server: Server = createServer((request, response) => {
    const path = request.url === "/" ? "index.html" : (request.url ?? "").slice(1);
    if (request.method === "POST") {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        results[path] ??= JSON.parse(body);
        if (pages.every((name) => name in results)) done(results);
      });
    }
    const file = read(path);
    response.writeHead(file === undefined ? 404 : 200, { "content-type": types[extname(path)] ?? "text/plain" });
    response.end(file);
  });
  return { server, posted };
}

function browse(address: string, profile: string): ChildProcess {
  const flags =
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
    "--disable-component-update --disable-sync";
  return spawn(chromium, [...flags.split(" "), `--user-data-dir=${profile}`, address], { stdio: "ignore" });
}

describe("a page made of the documented lines", () => {
  let made: Awaited<ReturnType<typeof project>>;
  const bundles: Record<string, string> = {};

  beforeAll(async () => {
    await useBackend("wasm");
    made = await project();
    const { folder, write } = made;
    write("main.js", documentedLines().page);
    write("vite.html", page('<script type="module" src="./main.js"></script>'));
    write("esbuild.html", page('<script src="./esbuild.js"></script>'));
    write("unbundled.html", page(unbundled));
    const out = join(folder, "esbuild.js");
    await esbuild.build({ entryPoints: [join(folder, "main.js")], bundle: true, minify: true, outfile: out });
    const rollupOptions = { input: join(folder, "vite.html") };
    await vite.build({ root: folder, configFile: false, base: "./", logLevel: "silent", build: { rollupOptions } });
    const [script] = readdirSync(join(folder, "dist", "assets"));
    bundles.esbuild = out;
    bundles.vite = join(folder, "dist", "assets", script);
  }, 60_000);

  afterAll(() => rmSync(made.folder, { recursive: true, maxRetries: 20, retryDelay: 100 }));

  test.each(["vite", "esbuild"])("is bundled by %s to less than 70 kB, the kernels included", (name) => {
    expect(statSync(bundles[name]).size).toBeGreaterThan(20_000);
    expect(statSync(bundles[name]).size).toBeLessThan(70_000);
    const code = readFileSync(bundles[name], "utf8");
    expect(code).not.toMatch(/ZodError|tensorflow|node:/i);
  });

  test.each(["vite", "esbuild"])("prints what it prints in Node, bundled by %s and run there", async (name) => {
    const script = `
      const { readFile } = require("node:fs/promises");
      globalThis.fetch = async (path) => ({ arrayBuffer: async () => new Uint8Array(await readFile(path)).buffer });
      globalThis.document = { createElement: () => ({ relList: { supports: () => true } }) };
      ${readFileSync(bundles[name], "utf8")}`;
    writeFileSync(join(made.folder, `${name}.cjs`), script);
    const { stdout } = await promisify(execFile)(process.execPath, [`${name}.cjs`], { cwd: made.folder });
    expect(stdout).toBe(made.printed);
  });

  test.skipIf(!existsSync(chromium))(`has Node's logits, bit for bit (skipped without ${chromium})`, async () => {
    // The page that Vite wrote comes before the one it was given.
    const places = [join(made.folder, "dist"), made.folder, join(kitRoot(), "lib", "dist")];
    const pages = ["vite.html", "esbuild.html", "unbundled.html"];
    const frames = pages.map((name) => `<iframe src="/${name}"></iframe>`).join("");
    const read = (path: string) => {
      if (path === "index.html") return frames;
      const file = places.map((place) => join(place, path)).find((candidate) => existsSync(candidate));
      return file && readFileSync(file);
    };
    const { server, posted } = serve(read, pages);
    const profile = mkdtempSync(join(tmpdir(), "binvit-browser-"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = browse(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, profile);
    const closed = new Promise((resolve) => browser.on("close", resolve));
    try {
      const logits = [...made.logits];
      expect(await posted).toEqual({
        "vite.html": { name: made.name, logits },
        "esbuild.html": { name: made.name, logits },
        "unbundled.html": { name: "simd,scalar", logits: [...logits, ...logits] },
      });
    } finally {
      browser.kill();
      await closed;
      server.closeAllConnections();
      server.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  });
});
