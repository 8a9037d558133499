import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";

// The order that the README gives.
const layers =
  "base kernels backend ops binarize vit data train deploy onnx verify bench study plot notebook cli".split(" ");

const lib = join(kitRoot(), "lib");

test("a layer imports only from those before it", () => {
  const wrong: string[] = [];
  for (const [rank, layer] of layers.entries()) {
    for (const file of sourcesUnder(join(lib, layer))) {
      const source = readFileSync(file, "utf8");
      for (const [, path] of source.matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
        const other = relative(lib, join(file, "..", path)).split(sep)[0];
        if (layers.indexOf(other) > rank) wrong.push(`${relative(lib, file)} imports from ${other}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

/** A layer's files, those of its folders as well; AssemblyScript is none of TypeScript's. */
function sourcesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "assembly" ? [] : sourcesUnder(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

test("folders within a layer are looked into", () => {
  const found = sourcesUnder(join(lib, "binarize")).map((path) => relative(lib, path));
  expect(found).toContain(join("binarize", "methods", "lsq.ts"));
  expect(found).toContain(join("binarize", "slopes", "clip.ts"));
});
