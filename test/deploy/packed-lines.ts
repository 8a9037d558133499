import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import { kitRoot } from "../../lib/base/kit-root";
import { createEngine } from "../../lib/deploy/engine";
import { encodePackedModel } from "../../lib/deploy/format";
import { roundFloats } from "../../lib/deploy/round-floats";
import { smallModel } from "../vit/small-model";
import { anyParameters, pack } from "./simulation";

/** The code of docs/packed-model.md as it stands there. */
export function documentedLines(): { readonly esm: string; readonly commonJs: string; readonly page: string } {
  const text = readFileSync(join(kitRoot(), "docs", "packed-model.md"), "utf8");
  const [esm, commonJs, page] = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  return { esm, commonJs, page };
}

/** A folder as a user's project has it: `binvit` in node_modules, a model and an image, and what the lines print. */
export async function project() {
  const folder = mkdtempSync(join(tmpdir(), "binvit-project-"));
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(kitRoot(), "lib"), join(folder, "node_modules", "binvit"), "junction");
  const config = smallModel({ embedDim: 36, mlpDim: 70, binarize: { conv: "xnor", mlp: "learned", mhsa: "channel" } });
  const model = roundFloats(pack(config, anyParameters(config, 1)), 8);
  const image = Uint8Array.from({ length: 32 }, (_, i) => (i * 61) % 201);
  const files = { "model.safetensors": await encodePackedModel(model), "image.bin": image };
  for (const [name, content] of Object.entries(files)) write(name, content);
  const engine = createEngine(model);
  const logits = engine.forward(image, 1);
  const name = model.classNames?.[engine.predict(image, 1)[0]];
  return { folder, write, files, name, logits, printed: `${format(name, logits)}\n` };
}
