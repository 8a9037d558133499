import { describe, expect, test } from "vitest";
import { NotebookError } from "../../lib/base/errors";
import { parseJson } from "../../lib/base/json";
import { parseNotebook } from "../../lib/notebook/nbformat";

const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

describe("JSON of unknown origin", () => {
  test.each([
    ['{"a":[1,-0.5,"x",null,true],"b":{}}'],
    ['"a \\" [[[[ \\\\"'],
    [`["${"[".repeat(500)}", {"${"{".repeat(500)}": 1}]`],
    [nested(100)],
    [`[${Array.from({ length: 500 }, () => "[1]").join(",")}]`],
  ])("means what JSON.parse says: %s", (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(parseJson(`\uFEFF${text}`)).toEqual(JSON.parse(text));
  });

  test.each([nested(101), nested(200_000), "[".repeat(200_000), `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`])(
    "is refused where it is nested without end",
    (text) => {
      expect(() => parseJson(text)).toThrow(/^it is nested more than 100 levels deep$/);
    },
  );

  test("that is a notebook is refused clearly", () => {
    const text = `{"nbformat":4,"nbformat_minor":5,"metadata":{"a":${nested(200_000)}},"cells":[]}`;
    expect(() => parseNotebook(text, "deep.ipynb")).toThrow(NotebookError);
    expect(() => parseNotebook(text, "deep.ipynb")).toThrow(/^deep\.ipynb is not a notebook: it is nested more/);
  });

  test.each(["", "{", "[1,]", '{"a":1', "]", "nonsense"])("that is none is refused: %j", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});
