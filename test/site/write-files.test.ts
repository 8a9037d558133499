import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFiles } from "../../site/make/write-files";

test("a folder holds what is wanted and nothing else, and what is the same is not written again", () => {
  const folder = mkdtempSync(join(tmpdir(), "binvit-site-"));
  try {
    writeFiles(folder, [
      { path: "notebooks/a.md", content: "a" },
      { path: "notebooks/b.md", content: "b" },
      { path: "public/c.png", content: Uint8Array.of(1, 2) },
    ]);
    utimesSync(join(folder, "notebooks/a.md"), 1, 1);
    writeFiles(folder, [
      { path: "notebooks/a.md", content: "a" },
      { path: "public/c.png", content: Uint8Array.of(1, 3) },
    ]);
    expect(readdirSync(join(folder, "notebooks"))).toEqual(["a.md"]);
    expect(statSync(join(folder, "notebooks/a.md")).mtimeMs).toBe(1000);
    expect([...readFileSync(join(folder, "public/c.png"))]).toEqual([1, 3]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
