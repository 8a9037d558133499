import { expect, test } from "vitest";
import { cutToColumns, isWide, padEnd, padStart, textColumns } from "../../lib/base/text-width";

test.each([
  ["", 0],
  ["abc", 3],
  ["αβ ‖W‖²", 7],
  ["日本語", 6],
  ["ｱｲｳ", 3],
  ["Ａ！、", 6],
  ["한글", 4],
  ["e\u0301", 1],
  ["か\u3099", 2],
  ["👍", 2],
  ["👩\u200d🔬", 2],
  ["❤\ufe0f", 2],
  ["\u200b\u001b", 0],
  ["𠮷", 2],
])("%j takes %i columns", (text, columns) => {
  expect(textColumns(text)).toBe(columns);
  expect(textColumns(padEnd(text, 10))).toBe(10);
  expect(textColumns(padStart(text, 10))).toBe(10);
  expect(padEnd(text, 0)).toBe(text);
});

test("a text is cut between its characters", () => {
  expect(cutToColumns("日本語", 5)).toBe("日本");
  expect(cutToColumns("ae\u0301b", 2)).toBe("ae\u0301");
  expect(cutToColumns("abc", 10)).toBe("abc");
  expect(cutToColumns("👩\u200d🔬x", 1)).toBe("");
});

test("only square characters are wide", () => {
  expect([..."a語あＡ한"].map(isWide)).toEqual([false, true, true, true, true]);
});
