import * as path from "node:path";
import ts from "typescript";
import { afterAll, expect, test, vi } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";

vi.setConfig({ testTimeout: 120_000 });

/** What an editor's Tab, and tslab's, ask: a file that imports the sources, with the cursor at `|`. */
const file = path.join(kitRoot(), "test", "notebook", "cell.ts");
let source = "";
let version = 0;
const service = ts.createLanguageService({
  getScriptFileNames: () => [file],
  getScriptVersion: (name) => (name === file ? String(version) : "0"),
  getScriptSnapshot: (name) => {
    const text = name === file ? source : ts.sys.readFile(name);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => kitRoot(),
  getCompilationSettings: () => ({ strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS }),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: ts.sys.fileExists,
  readFile: ts.sys.readFile,
});
afterAll(() => service.dispose());

const imports = `
  import { parseRunConfig } from "../../lib/train/run-config";
  import { parseStudyConfig } from "../../lib/study/study-config";
  import { parseBinarizer } from "../../lib/vit/parse-binarize";
  import { parseModelConfig } from "../../lib/vit/parse-config";
`;

function offered(call: string): string[] {
  source = imports + call.replace("|", "");
  version++;
  const at = imports.length + call.indexOf("|");
  const info = service.getCompletionsAtPosition(file, at, {});
  return (info?.isMemberCompletion === false && !call.includes('"|') ? [] : (info?.entries ?? [])).map(
    ({ name }) => name,
  );
}

test("Tab offers the keys and names of a configuration, whether or not what is there yet is whole", () => {
  expect(offered("parseRunConfig({ | })")).toEqual(["dataset", "extends", "model", "training"]);
  expect(offered('parseRunConfig({ extends: "|" })')).toEqual(expect.arrayContaining(["digits", "shapes", "cifar-s"]));
  expect(offered("parseRunConfig({ training: { ep| } })")).toContain("warmupEpochs");
  expect(offered("parseRunConfig({ dataset: { | } })")).toEqual(["folder", "name", "trainLimit"]);
  expect(offered('parseRunConfig({ extends: "digits", model: { | } })')).toContain("embedDim");
  expect(offered("parseRunConfig({ model: { binarize: { | } } })")).toEqual(expect.arrayContaining(["conv", "mlp"]));
  expect(offered('parseRunConfig({ model: { binarize: { mlp: "|" } } })')).toEqual(
    expect.arrayContaining(["off", "channel", "xnor"]),
  );
  expect(offered("parseRunConfig({ model: { binarize: { mlp: { | } } } })")).toContain("scaleGradient");
  expect(offered('parseRunConfig({ model: { binarize: { mlp: { weight: "|" } } } })')).toContain("react-net");
  expect(offered("parseModelConfig({ | })")).toContain("patchSize");
  expect(offered("parseBinarizer({ | })")).toContain("activationScale");
  expect(offered("parseBinarizer({ | })")).toContain("probabilities");
  expect(offered("parseStudyConfig({ rows: [{ | }] })").sort()).toEqual([
    "binarize",
    "component",
    "from",
    "model",
    "scale",
    "training",
  ]);
});

test("anything else may be handed over, and is refused when it is read", () => {
  source = `${imports} declare const read: unknown; parseRunConfig(read); parseRunConfig({ modle: 1 }); parseRunConfig(null);`;
  version++;
  expect(service.getSemanticDiagnostics(file).map(({ messageText }) => messageText)).toEqual([]);
});
