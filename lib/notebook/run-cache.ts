import { createHash } from "node:crypto";
import * as path from "node:path";
import { FileError } from "../base/errors";
import { writeAtomically } from "../base/files";
import { kitRoot } from "../base/kit-root";
import { readJson } from "../base/read-json";
import { codeCells, readNotebook, readText, sourceSha256, withOutputs, writeNotebook } from "./document";
import { formatNotebook, type Notebook } from "./nbformat";
import { areUnchanged, fileState, type Reads, treeSha256 } from "./reads";

/** The last successful run of a notebook. */
interface KeptRun {
  /** Of the machine, the library, the notebook's code and its outputs. */
  readonly fingerprint: string;
  readonly reads: Reads;
}

/** By notebook, relative to the kit's folder. */
type State = Record<string, KeptRun | undefined>;

/** Remembers which notebooks ran on what, so that those with nothing changed need not run again. */
export class RunCache {
  readonly #root: string;
  readonly #stateFile: string;
  readonly #kit: string;

  /** @param root - the kit's folder: its built library and its data are what notebooks run on */
  constructor(root = kitRoot()) {
    this.#root = root;
    this.#stateFile = path.join(root, "runs", "notebooks", "state.json");
    const settings = Object.entries(process.env).filter(([name]) => name.startsWith("BINVIT_"));
    const packages = path.join(root, "node_modules", ".package-lock.json");
    // Downloads are verified against checksums and never edited; hashing them would take longer than a notebook.
    const files = treeSha256([path.join(root, "lib", "dist"), path.join(root, "data")], [".tsbuildinfo", "downloads"]);
    this.#kit = JSON.stringify([process.version, settings.sort(), fileState(packages), files]);
  }

  /**
   * Whether what an earlier run left is what a new one would give: the code, the library and every file that it read
   * are the same. If so, prose that changed since is brought up to date, and the file is written as a run writes it.
   *
   * @param source - the notebook to run
   * @param target - where its executed form goes; may be the same file
   * @throws FileError or NotebookError when the source cannot be read
   */
  isFresh(source: string, target: string): boolean {
    const notebook = readNotebook(source);
    const left = this.#leftAt(target);
    const kept = this.#state()[this.#key(target)];
    if (left === undefined || kept?.fingerprint !== this.#fingerprint(left)) return false;
    if (sourceSha256(notebook) !== left.sourceSha256 || !areUnchanged(kept.reads)) return false;
    const outputs = codeCells(left).map((cell) => cell.outputs);
    const byCell = new Map(codeCells(notebook).map(({ id }, i) => [id, outputs[i]!]));
    const fresh = { ...withOutputs(notebook, byCell), records: left.records };
    if (formatNotebook(fresh) !== readText(target)) writeNotebook(target, fresh);
    return true;
  }

  /**
   * Keeps a successful run, as it was written: what is read later is compared with what is read now.
   *
   * @param target - the executed notebook
   * @param reads - what it read, and found there
   */
  remember(target: string, reads: Reads = {}): void {
    const kept = { fingerprint: this.#fingerprint(readNotebook(target)), reads };
    const state = { ...this.#state(), [this.#key(target)]: kept };
    try {
      writeAtomically(this.#stateFile, `${JSON.stringify(state, null, 2)}\n`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error; // a kit that may only be read forgets: it runs again next time
    }
  }

  /** What an earlier run left, if that can be read. */
  #leftAt(target: string): Notebook | undefined {
    try {
      return readNotebook(target);
    } catch {
      return undefined;
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
      return (readJson(this.#stateFile) ?? {}) as State;
    } catch {
      return {};
    }
  }
}
