import * as fs from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkTypes } from "../../lib/notebook/check-types";
import { findNotebooks, notebookName } from "../../lib/notebook/find";
import { temporaryFolder, writeFixture } from "./fixture";

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe("the types of cells", () => {
  test("are those of the cells before; a mistake is named by its cell and line", () => {
    const sound = writeFixture(
      folder,
      "sound.ipynb",
      "# Title",
      'import * as binvit from "binvit";\nconst rate: number = binvit.learningRateAt(0, 10, 1, 0.1);',
      "await Promise.resolve();\nconst twice = 2 * rate;",
    );
    const wrong = writeFixture(
      folder,
      "wrong.ipynb",
      'import * as binvit from "binvit";\nconst { version } = binvit;',
      "# prose",
      "const one = 1;\nconst text: string = one;",
      "version.nothing();\nbinvit.noSuchThing;\nmissing;",
    );
    const broken = writeFixture(folder, "broken.ipynb", "const x = ;");
    fs.writeFileSync(`${folder}/none.ipynb`, "no notebook");
    const found = checkTypes([sound, wrong, broken, `${folder}/none.ipynb`]);
    expect(found.get(sound)).toEqual([]);
    expect(found.get(wrong)).toEqual([
      "code cell 2, line 2: Type 'number' is not assignable to type 'string'.",
      expect.stringContaining("code cell 3, line 1: Property 'nothing' does not exist on type"),
      expect.stringMatching(/^code cell 3, line 2: Property 'noSuchThing' does not exist on type/),
      "code cell 3, line 3: Cannot find name 'missing'.",
    ]);
    expect(found.get(broken)![0]).toMatch(/^code cell 1, line 1: Expression expected/);
    expect(found.get(`${folder}/none.ipynb`)).toEqual([]);
  });

  test("of every notebook and solution of the kit are right", { timeout: 120_000 }, () => {
    const found = checkTypes(findNotebooks());
    expect(
      [...found].flatMap(([file, problems]) => problems.map((problem) => `${notebookName(file)}: ${problem}`)),
    ).toEqual([]);
  });
});
