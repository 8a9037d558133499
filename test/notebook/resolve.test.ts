import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { version } from "../../lib/base/version";
import { Kernel } from "../../lib/notebook/kernel";

// A notebook's folder far from the kit, with two packages of its own: one of them is a tfjs-node that does not load.
let folder: string;
let kernel: Kernel;

function writePackage(name: string, code: string, types: string): void {
  const place = path.join(folder, "node_modules", name);
  fs.mkdirSync(place, { recursive: true });
  fs.writeFileSync(path.join(place, "index.js"), code);
  fs.writeFileSync(path.join(place, "index.d.ts"), types);
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), "binvit-elsewhere-"));
  writePackage("zod", 'exports.mine = "found beside the notebook";', "export declare const mine: string;");
  const broken = 'throw new Error("libtensorflow.so.2: cannot open shared object file");';
  writePackage("@tensorflow/tfjs-node", broken, 'export * from "@tensorflow/tfjs";');
  kernel = await Kernel.start(folder);
}, 60_000);
afterAll(async () => {
  await kernel?.shutdown();
  fs.rmSync(folder, { recursive: true });
});

async function printed(code: string): Promise<string> {
  let text = "";
  await kernel.execute(code, {
    timeoutMs: 60_000,
    onOutput: ({ content }) => {
      text += content.text ?? "";
    },
  });
  return text;
}

test("a notebook outside of the kit imports the kit, with its types", async () => {
  expect(await printed('import * as binvit from "binvit";\nconst v: string = binvit.version; console.log(v);')).toBe(
    `${version}\n`,
  );
  expect(await printed("const wrong: number = binvit.version;")).toMatch(
    /Type '"?[^']*' is not assignable to type 'number'/,
  );
});

test("TensorFlow.js is there by either name, one engine, where tfjs-node does not load", async () => {
  const code = `import * as fs from "node:fs";
import * as tf from "@tensorflow/tfjs-node";
import * as plain from "@tensorflow/tfjs";
console.log(fs.existsSync("node_modules"), tf.engine() === plain.engine());`;
  expect(await printed(code)).toBe("true true\n");
});

test("a package beside the notebook comes first", async () => {
  expect(await printed('import { mine } from "zod";\nconsole.log(mine);')).toBe("found beside the notebook\n");
});
