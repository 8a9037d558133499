// The module object itself, whose functions are replaced below.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { type CreateExecutor, withConverter } from "./tslab";

/** What a notebook did with a path: looked whether it is there, read a file, listed a folder, or wrote. */
export type Access = "look" | "read" | "list" | "write";

// By what the functions of node:fs do with their first argument; those of node:fs/promises have the same names.
const accesses: Readonly<Record<Exclude<Access, "write">, readonly string[]>> = {
  look: ["exists", "access", "stat", "lstat"],
  read: ["readFile", "open", "copyFile"],
  list: ["readdir", "opendir"],
};
const writes = ["writeFile", "appendFile", "mkdir", "rm", "rmdir", "unlink", "truncate", "createWriteStream"];

/** The library as it is built. */
const library = path.join(__dirname, "..", "..") + path.sep;

/** Left out: fixed by what is installed, by the library's build, or by the machine. */
const isElsewhere = (file: string): boolean =>
  file.startsWith(library) || /[\\/]node_modules[\\/]|^[\\/](proc|sys|dev)[\\/]/.test(`${file}/`);

/**
 * Makes an executor write down every path that cells read or look at, themselves or through a library, a line of JSON
 * each: `["read", "/absolute/path"]`. What was written first and read later is no input, so writes are lines, too.
 *
 * @param log - file to append to
 * @returns what to wrap tslab's executor in
 */
export function recordingReads(log: string): (create: CreateExecutor) => CreateExecutor {
  const append = fs.appendFileSync;
  const seen = new Set<string>();
  let recorded: readonly Access[] = [];
  const record = (access: Access, place: unknown): void => {
    if (!recorded.includes(access)) return;
    const file = pathOf(place);
    if (file === undefined || file === log || isElsewhere(file)) return;
    const line = JSON.stringify([access, file]);
    if (seen.has(line)) return;
    seen.add(line);
    append(log, `${line}\n`);
  };
  for (const [access, names] of Object.entries(accesses) as [Access, readonly string[]][]) watch(names, access, record);
  watch(writes, "write", record);
  watchSecondArgument(["copyFile", "rename", "symlink", "link", "cp"], record);
  syncBuiltinESMExports();

  const all: readonly Access[] = ["look", "read", "list", "write"];
  return (create) => (rootDir, converters, reporter) => {
    // The compiler looks at a great many places; only what it reads becomes part of a cell, a module beside it, say.
    const quiet = withConverter(converters, (converter) => ({
      ...Object.assign(Object.create(converter), converter),
      convert: (...args) => during(["read"], () => converter.convert(...args)),
      inspect: (...args) => during([], () => converter.inspect(...args)),
      complete: (...args) => during([], () => converter.complete(...args)),
    }));
    const executor = create(rootDir, quiet, reporter);
    return {
      ...executor,
      execute(source) {
        recorded = all; // and after the cell: it may have left something running
        return executor.execute(source);
      },
    };
  };

  function during<T>(only: readonly Access[], work: () => T): T {
    const before = recorded;
    recorded = only;
    try {
      return work();
    } finally {
      recorded = before;
    }
  }
}

type Recorder = (access: Access, place: unknown) => void;
type AnyFunction = (...args: unknown[]) => unknown;

function watch(names: readonly string[], access: Access, record: Recorder): void {
  replace(names, (args) => record(access === "read" && isForWriting(args[1]) ? "write" : access, args[0]));
}

function watchSecondArgument(names: readonly string[], record: Recorder): void {
  replace(names, (args) => record("write", args[1]));
}

/** Calls `before` ahead of a function of node:fs, of its form that blocks, and of its form that promises. */
function replace(names: readonly string[], before: (args: unknown[]) => void): void {
  const places = [fs, fs.promises] as unknown as Record<string, AnyFunction | undefined>[];
  for (const place of places) {
    for (const name of names.flatMap((name) => [name, `${name}Sync`])) {
      const original = place[name];
      if (!original) continue;
      const replaced = function (this: unknown, ...args: unknown[]) {
        before(args);
        return original.apply(this, args);
      };
      // Some have properties of their own, which util.promisify asks for.
      place[name] = Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(original));
    }
  }
}

/** Whether the flags of `open` make or change a file; `r+` does, but needs one that is there. */
const isForWriting = (flags: unknown): boolean =>
  typeof flags === "string" ? /^[wa]/.test(flags) : typeof flags === "number" && (flags & fs.constants.O_CREAT) !== 0;

function pathOf(place: unknown): string | undefined {
  if (typeof place === "string") return path.resolve(place);
  if (place instanceof URL && place.protocol === "file:") return fileURLToPath(place);
  return Buffer.isBuffer(place) ? path.resolve(place.toString()) : undefined;
}
