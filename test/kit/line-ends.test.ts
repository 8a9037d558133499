import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";

test.skipIf(!existsSync(join(kitRoot(), ".git")))("every file is checked out with the same bytes everywhere", () => {
  const listed = execFileSync("git", ["ls-files", "--eol"], { cwd: kitRoot(), encoding: "utf8" });
  // i/ is how the repository holds a file, w/ how it lies here, attr/ what holds for every checkout.
  const line = /^i\/(lf|none|-text) +w\/\1 +attr\/(text=auto eol=lf|-text) *\t/;
  expect(
    listed
      .trimEnd()
      .split("\n")
      .filter((file) => !line.test(file)),
  ).toEqual([]);
});
