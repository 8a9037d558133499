import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { documentedLines, project } from "./packed-lines";

let made: Awaited<ReturnType<typeof project>>;

beforeAll(async () => {
  await useBackend("wasm");
  made = await project();
});

afterAll(() => rmSync(made.folder, { recursive: true }));

async function node(name: string, code: string): Promise<string> {
  writeFileSync(join(made.folder, name), code);
  const { stdout } = await promisify(execFile)(process.execPath, [name], { cwd: made.folder });
  return stdout;
}

describe("in Node", () => {
  test("the documented lines run as they stand, as an ES module and as CommonJS", async () => {
    const { esm, commonJs } = documentedLines();
    expect(await node("lines.mjs", esm)).toBe(made.printed);
    expect(await node("lines.cjs", commonJs)).toBe(made.printed);
  });

  test("binvit is imported by name, and its engine is that of binvit/engine", async () => {
    const code = `
      import * as binvit from "binvit";
      import { createEngine, FileError } from "binvit/engine";
      console.log(binvit.createEngine === createEngine, binvit.FileError === FileError, typeof binvit.train);`;
    expect(await node("whole.mjs", code)).toBe("true true function\n");
  });
});
