import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";

// The order that README.md and lib/README.md give.
const layers =
  "base kernels backend ops binarize vit data train deploy onnx verify measure study diagnose plot notebook cli".split(
    " ",
  );

const library = join(kitRoot(), "lib");
const layerOf = (file: string): number => layers.indexOf(relative(library, file).split(sep)[0]);
const named = (file: string): string => relative(library, file).split(sep).join("/");

/** Every source file of the library with those that it imports, for their types alone too. */
const imports = new Map(
  readdirSync(library, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/^(dist|node_modules|kernels.assembly)\b/.test(name))
    .map((name) => {
      const file = join(library, name);
      const written = readFileSync(file, "utf8").matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\() ?"(\.[^"]+)"/g);
      const found = [...written].map(([, path]) => {
        const place = join(dirname(file), path);
        return [`${place}.ts`, join(place, "index.ts")].find((one) => existsSync(one)) ?? place;
      });
      return [file, found] as const;
    }),
);

test("a layer imports only from those before it", () => {
  expect(imports.size).toBeGreaterThan(150);
  expect([...imports.values()].flat().filter((file) => !imports.has(file))).toEqual([]);
  const wrong: string[] = [];
  for (const [file, found] of imports) {
    if (layerOf(file) < 0) continue; // index.ts and the like, which bring layers together
    for (const other of found) if (layerOf(other) > layerOf(file)) wrong.push(`${named(file)} imports ${named(other)}`);
  }
  expect(wrong).toEqual([]);
});

test("no file imports itself by way of others, types included", () => {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) circles.push([...way.slice(at), file].map(named).join(" → "));
    if (at >= 0 || done.has(file)) return;
    for (const other of imports.get(file) ?? []) visit(other, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

test("lib/README.md has a line for each layer, in this order, and names files that are there", () => {
  const rows = [...readFileSync(join(library, "README.md"), "utf8").matchAll(/^\| `(\w+)\/` \|.*\| (.+) \|$/gm)];
  expect(rows.map(([, layer]) => layer)).toEqual(layers);
  const missing = rows.flatMap(([, layer, files]) =>
    [...files.matchAll(/`([^`]+)`/g)]
      .map(([, file]) => join(layer, file))
      .filter((file) => !existsSync(join(library, file))),
  );
  expect(missing).toEqual([]);
});
