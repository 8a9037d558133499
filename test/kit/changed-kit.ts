import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";

/** The text of a page in docs/. */
export const page = (name: string): string => readFileSync(join(kitRoot(), "docs", name), "utf8");

/** What a page prints as code of one language. */
export const listings = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))].map(([, code]) => code);

/** Applies a printed change: a file's name, then parts with their context, each of which stands once in that file. */
export function applyDiff(
  diff: string,
  read: (file: string) => string,
  write: (file: string, text: string) => void,
): void {
  const [header, ...rest] = diff.trimEnd().split("\n");
  const file = /^--- (lib\/\S+)$/.exec(header)?.[1] ?? `no file is named in ${header}`;
  for (const part of rest.join("\n").split(/^@@$\n/m)) {
    const lines = part.trimEnd().split("\n");
    const side = (left: string) =>
      lines.filter((line) => " ".concat(left).includes(line[0])).map((line) => line.slice(1));
    const [before, after] = [side("-"), side("+")].map((kept) => `${kept.join("\n")}\n`);
    const text = read(file);
    expect(text.split(before).length, `${file} has once:\n${before}`).toBe(2);
    write(
      file,
      text.replace(before, () => after),
    );
  }
}

/** The one that `npm run build` runs: several packages bring a tsc. */
const compiler = realpathSync(join(kitRoot(), "node_modules", ".bin", "tsc"));

/** How a program ended, and all that it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** A copy of the kit, in which a test makes the changes that a page prints. */
export class ChangedKit {
  readonly root = mkdtempSync(join(tmpdir(), "binvit-page-"));

  /** Copies sources and what the build makes of the kernels; packages and data are those of this kit. */
  constructor() {
    const from = kitRoot();
    for (const name of ["package.json", "tsconfig.base.json"]) cpSync(join(from, name), join(this.root, name));
    const skipped = [join(from, "lib", "dist"), join(from, "lib", "node_modules")];
    cpSync(join(from, "lib"), join(this.root, "lib"), { recursive: true, filter: (path) => !skipped.includes(path) });
    const kernels = join("lib", "dist", "kernels", "binvit.wasm");
    mkdirSync(dirname(join(this.root, kernels)), { recursive: true });
    cpSync(join(from, kernels), join(this.root, kernels));
    for (const name of ["node_modules", join("lib", "node_modules"), "data"]) {
      if (existsSync(join(from, name))) symlinkSync(join(from, name), join(this.root, name), "junction");
    }
  }

  /** Applies a printed change. */
  apply(diff: string): void {
    applyDiff(
      diff,
      (file) => readFileSync(join(this.root, file), "utf8"),
      (file, text) => this.write(file, text),
    );
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.root, file), text);
  }

  /** Compiles the library. */
  build(): Promise<Outcome> {
    return this.node(compiler, "-p", "lib/tsconfig.json");
  }

  /** Runs Node in the copy. */
  node(...words: readonly string[]): Promise<Outcome> {
    const child = spawn(process.execPath, words, { cwd: this.root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
  }

  /** Runs the command of the copy. */
  binvit(...words: readonly string[]): Promise<Outcome> {
    return this.node("lib/bin/binvit.js", ...words);
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
