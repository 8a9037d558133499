import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import * as vite from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { kitRoot } from "../../lib/base/kit-root";
import { chromium, page, resultsInChromium } from "./chromium";
import { documentedLines, project } from "./packed-lines";

/** Without a bundler: the library's ES modules as they are, and both sets of kernels. */
const unbundled = `<script type="module">
  import { createEngine, decodePackedModel } from "./esm/engine.js";
  const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const model = await decodePackedModel(await bytes("model.safetensors"));
  const engines = [{}, { kernels: "scalar" }].map((options) => createEngine(model, options));
  const image = await bytes("image.bin");
  console.log(engines.map(({ tier }) => tier).join(), engines.flatMap((engine) => [...engine.forward(image, 1)]));
</script>`;

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

  test.each(["vite", "esbuild"])("is bundled by %s to less than 90 kB, the kernels included", (name) => {
    expect(statSync(bundles[name]).size).toBeGreaterThan(20_000);
    expect(statSync(bundles[name]).size).toBeLessThan(90_000);
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
    const read = (path: string) => {
      const file = places.map((place) => join(place, path)).find((candidate) => existsSync(candidate));
      return file && readFileSync(file);
    };
    const logits = [...made.logits];
    expect(await resultsInChromium(read, pages)).toEqual({
      "vite.html": { name: made.name, logits },
      "esbuild.html": { name: made.name, logits },
      "unbundled.html": { name: "simd,scalar", logits: [...logits, ...logits] },
    });
  });
});
