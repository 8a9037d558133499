import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";

// The order that the README gives.
const layers =
  "base kernels backend ops binarize vit data train deploy onnx verify measure study plot notebook cli".split(" ");

test("a layer imports only from those before it", () => {
  const wrong: string[] = [];
  for (const [rank, layer] of layers.entries()) {
    const folder = join(kitRoot(), "lib", layer);
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
      const source = readFileSync(join(folder, file), "utf8");
      for (const [, other] of source.matchAll(/(?:from|import\() ?"\.\.\/([a-z-]+)\//g)) {
        if (layers.indexOf(other) > rank) wrong.push(`${layer}/${file} imports from ${other}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});
