import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { FileError } from "../errors";
import { readJson, writeAtomically } from "../files";
import { kitRoot } from "../kit-root";
import { codeCells, readNotebook, sourceSha256, withOutputs, writeNotebook } from "./document";
import type { Notebook } from "./nbformat";

/** By notebook, relative to the kit's folder: the fingerprint of its last successful run. */
type State = Record<string, string>;

/** Remembers which notebooks ran on what, so that those with nothing changed need not run again. */
export class RunCache {
  readonly #root: string;
  readonly #stateFile: string;
  readonly #kit: string;

  /** @param root - the kit's folder: its built library and its data are what notebooks run on */
  constructor(root = kitRoot()) {
    this.#root = root;
    this.#stateFile = path.join(root, "runs", "notebooks", "state.json");
    // Downloads are verified against checksums and never edited; hashing them would take longer than a notebook.
    this.#kit = treeSha256([path.join(root, "lib", "dist"), path.join(root, "data")], [".tsbuildinfo", "downloads"]);
  }

  /**
   * Whether what an earlier run left is what a new one would give. If so, prose that changed since is brought up to date.
   *
   * @param source - the notebook to run
   * @param target - where its executed form goes; may be the same file
   */
  isFresh(source: string, target: string): boolean {
    if (!fs.existsSync(target)) return false;
    const left = readNotebook(target);
    const notebook = readNotebook(source);
    if (this.#state()[this.#key(target)] !== this.#fingerprint(left)) return false;
    if (sourceSha256(notebook) !== left.sourceSha256) return false;
    if (source !== target) {
      const outputs = codeCells(left).map((cell) => cell.outputs);
      writeNotebook(target, withOutputs(notebook, new Map(codeCells(notebook).map(({ id }, i) => [id, outputs[i]!]))));
    }
    return true;
  }

  /** Keeps a successful run, as it was written: what is read later is compared with what is read now. */
  remember(target: string): void {
    const state = { ...this.#state(), [this.#key(target)]: this.#fingerprint(readNotebook(target)) };
    try {
      writeAtomically(this.#stateFile, `${JSON.stringify(state, null, 2)}\n`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error; // a kit that may only be read forgets: it runs again next time
    }
  }

  /** Outputs count as well: a notebook that was cleaned, or run elsewhere, has to run. */
  #fingerprint(notebook: Notebook): string {
    const outputs = codeCells(notebook).map((cell) => cell.outputs);
    const parts = [this.#kit, sourceSha256(notebook), notebook.sourceSha256, outputs];
    return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  }

  #key(file: string): string {
    return path.relative(this.#root, path.resolve(file)).split(path.sep).join("/");
  }

  /** A state file that cannot be read only means that everything runs. */
  #state(): State {
    try {
      return readJson(this.#stateFile) as State;
    } catch {
      return {};
    }
  }
}

/** SHA-256 of all files below some folders, names and contents, in the order of their names. */
function treeSha256(folders: readonly string[], leftOut: readonly string[]): string {
  const hash = createHash("sha256");
  const seen = new Set<string>(); // links may lead in a circle
  const visit = (folder: string, prefix: string): void => {
    if (!fs.existsSync(folder) || seen.has(fs.realpathSync(folder))) return;
    seen.add(fs.realpathSync(folder));
    for (const name of fs.readdirSync(folder).sort()) {
      if (leftOut.includes(name)) continue;
      const inner = path.join(folder, name);
      const found = fs.existsSync(inner) ? fs.statSync(inner) : undefined; // nothing where a link leads nowhere
      if (found?.isDirectory()) visit(inner, `${prefix}${name}/`);
      hash.update(`${prefix}${name}\0`);
      if (found?.isFile()) hash.update(createHash("sha256").update(fs.readFileSync(inner)).digest());
    }
  };
  for (const folder of folders) visit(folder, `${path.basename(folder)}/`);
  return hash.digest("hex");
}
