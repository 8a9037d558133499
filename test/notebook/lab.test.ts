import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { JSDOM } from "jsdom";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { readNotebook } from "../../lib/notebook/document";
import { outputsOf, temporaryFolder, writeFixture } from "./fixture";

const lab = path.join(kitRoot(), "scripts", "lab.cjs");
const has = (...command: string[]) => spawnSync("jupyter", command, { stdio: "ignore" }).status === 0;
const hasJupyter = has("kernelspec", "--version");
const hasNbconvert = hasJupyter && has("nbconvert", "--version");
const environment = { ...process.env, JUPYTER_PATH: path.join(kitRoot(), ".jupyter") };

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
  execFileSync(process.execPath, [lab, "--print-kernelspec"]);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

test("lab registers the kernel inside the project", () => {
  const file = execFileSync(process.execPath, [lab, "--print-kernelspec"], { encoding: "utf8" }).trim();
  expect(path.relative(kitRoot(), file)).toBe(path.join(".jupyter", "kernels", "tslab", "kernel.json"));
  const spec = JSON.parse(fs.readFileSync(file, "utf8"));
  expect(spec).toMatchObject({ display_name: "TypeScript", language: "typescript" });
  expect(fs.existsSync(spec.argv[1])).toBe(true);
});

test("lab gives JupyterLab what draws figures, inside the project", () => {
  const folder = path.join(kitRoot(), ".jupyter", "labextensions", "binvit-figures");
  const { name, jupyterlab } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  expect(name).toBe(path.basename(folder));
  expect(fs.existsSync(path.join(folder, jupyterlab._build.load))).toBe(true);
  expect(fs.statSync(path.join(folder, "static", "plotly.min.js")).size).toBeGreaterThan(1e6);
});

test("the extension draws a figure with plotly.js and gives a picture its width and its words", async () => {
  const { window } = new JSDOM("", { runScripts: "outside-only", url: "http://localhost/lab/" });
  Object.defineProperty(window.document, "currentScript", { value: { src: "http://localhost/x/lab-figures.js" } });
  const page = window as unknown as Record<string, unknown>;
  window.eval(fs.readFileSync(path.join(kitRoot(), "scripts", "lab-figures.js"), "utf8"));
  const extension = (page._JUPYTERLAB as Record<string, LabExtension>)["binvit-figures"]!;
  const widgets = async () => () => ({
    Widget: class {
      node = window.document.createElement("div");
    },
  });
  extension.init({ "@lumino/widgets": { "2.0.0": { get: widgets } } });
  const found = (await extension.get("./mimeExtension"))().default;
  const render = async (mimeType: string, model: object) => {
    const { rendererFactory } = found.find((one) => one.rendererFactory.mimeTypes.includes(mimeType))!;
    const widget = rendererFactory.createRenderer();
    await widget.renderModel(model);
    return widget.node;
  };
  const metadata = { "image/png": { width: 480, height: 270, alt: "Loss." } };
  const picture = await render("image/png", { data: { "image/png": "aGk=\n" }, metadata });
  expect(picture.innerHTML).toMatch(/src="data:image\/png;base64,aGk=" alt="Loss\." width="480" height="270"/);

  const drawn: unknown[] = [];
  page.Plotly = { newPlot: (...args: unknown[]) => drawn.push(...args) };
  const loading = render("application/vnd.plotly.v1+json", {
    data: { "application/vnd.plotly.v1+json": { data: [1], layout: { width: 3 } } },
    metadata,
  });
  await vi.waitFor(() => expect(window.document.querySelector("script")).not.toBeNull());
  const script = window.document.querySelector("script")!;
  expect(script.src).toBe("http://localhost/x/plotly.min.js");
  script.dispatchEvent(new window.Event("load"));
  expect((await loading).getAttribute("aria-label")).toBe("Loss.");
  expect(drawn.slice(1, 3)).toEqual([[1], { width: 3 }]);
});

interface LabExtension {
  init(scope: object): void;
  get(module: string): Promise<() => { default: readonly MimeExtension[] }>;
}

interface MimeExtension {
  readonly rendererFactory: {
    readonly mimeTypes: readonly string[];
    createRenderer(): { node: HTMLElement; renderModel(model: object): Promise<void> };
  };
}

test("without Jupyter, lab says in a few lines how to get it", () => {
  const { stdout, status } = spawnSync(process.execPath, [lab], { encoding: "utf8", env: { PATH: folder } });
  expect(status).toBe(1);
  expect(stdout).toContain("pip install jupyterlab");
  expect(stdout.trim().split("\n").length).toBeLessThanOrEqual(10);
});

test.skipIf(!hasJupyter)("Jupyter finds the kernel", { timeout: 120_000 }, () => {
  const listed = execFileSync("jupyter", ["kernelspec", "list", "--json"], { encoding: "utf8", env: environment });
  expect(JSON.parse(listed).kernelspecs.tslab.spec.display_name).toBe("TypeScript");
});

test.skipIf(!hasNbconvert)("Jupyter runs a notebook with it", { timeout: 120_000 }, () => {
  const file = writeFixture(
    folder,
    "tiny.ipynb",
    "# Tiny",
    "const a: number = 6;",
    "for (let i = 0; i < 800; i++) console.log(i * a);",
  );
  const args = ["nbconvert", "--to", "notebook", "--inplace", "--execute", file];
  execFileSync("jupyter", args, { env: environment, stdio: "pipe" });
  const text = outputsOf(readNotebook(file), 2).map((output) => ("text" in output ? output.text : ""));
  expect(text.join("").trimEnd().split("\n").at(-1)).toBe("4794");
});
