// What a cell can import: the kit's packages, wherever its notebook lies, and TensorFlow.js by the name of tfjs-node even
// where that is missing or does not load. A package that is found beside the notebook comes first, as always.
import { existsSync } from "node:fs";
import Module from "node:module";
import * as path from "node:path";
import { prepareNative } from "../../backend/native";
import { kitRoot } from "../../base/kit-root";

const tfjsNode = "@tensorflow/tfjs-node";

/** What Node's CommonJS loader has besides what its types say. */
interface Loader {
  /** Reads NODE_PATH again. */
  _initPaths(): void;
  _load(request: string, parent: { readonly filename?: string } | undefined, ...rest: unknown[]): unknown;
}

/** What TypeScript asks the file system through. */
type System = Record<(typeof asked)[number], (name: string, ...rest: unknown[]) => unknown>;
const asked = ["fileExists", "directoryExists", "readFile", "readDirectory", "getDirectories", "realpath"] as const;

/** When a cell runs: `require` looks into the kit last, and a tfjs-node that fails gives way to plain TensorFlow.js. */
export function extendRequire(): void {
  const root = kitRoot();
  const loader = Module as unknown as Loader;
  const given = process.env.NODE_PATH;
  process.env.NODE_PATH = [given, path.join(root, "node_modules")].filter(Boolean).join(path.delimiter);
  loader._initPaths();
  if (given === undefined)
    delete process.env.NODE_PATH; // not for the processes that cells start
  else process.env.NODE_PATH = given;

  const load = loader._load;
  const library = path.join(root, "lib");
  loader._load = function (request, parent, ...rest) {
    const fromKit = parent?.filename?.startsWith(library); // lib/backend/native.ts says why it fails
    if (request !== tfjsNode || fromKit) return load.call(this, request, parent, ...rest);
    try {
      prepareNative(require("node:util"));
      return load.call(this, request, parent, ...rest);
    } catch {
      return require("@tensorflow/tfjs");
    }
  };
}

/**
 * When a cell is checked: TypeScript sees the kit's packages as if they lay in `/node_modules`, where it looks last, and
 * the stand-in where tfjs-node is missing.
 */
export function extendTypeScript(): void {
  const root = kitRoot();
  const tslab = path.dirname(require.resolve("tslab/package.json"));
  const typescript = require.resolve("@tslab/typescript-for-tslab", { paths: [tslab] });
  const { sys } = require(typescript) as { sys: System };
  const packages = slashed(path.join(root, "node_modules"));
  const last = `${slashed(path.parse(process.cwd()).root)}node_modules`;
  const missing = `${packages}/${tfjsNode}`;
  const standIn = slashed(path.join(root, "scripts", "tfjs-node-stand-in"));
  const isTfjsNode = existsSync(`${missing}/package.json`);

  const place = (name: string): string => {
    const kept = isIn(last, name) && !existsSync(name) ? packages + name.slice(last.length) : name;
    return !isTfjsNode && isIn(missing, kept) ? standIn + kept.slice(missing.length) : kept;
  };
  for (const method of asked) {
    const original = sys[method];
    sys[method] = (name, ...rest) => original.call(sys, place(name), ...rest);
  }
}

const slashed = (name: string): string => name.split(path.sep).join("/");

const isIn = (folder: string, name: string): boolean => name === folder || name.startsWith(`${folder}/`);
