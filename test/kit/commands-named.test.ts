import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { createProgram } from "../../lib/cli/main";
import { findNotebooks } from "../../lib/notebook/find";
import { isCode, parseNotebook } from "../../lib/notebook/nbformat";

const program = createProgram();

/** Everything a reader may be told to type, by file: sources (their messages), pages and the notebooks' prose. */
function texts(): [string, string][] {
  const root = kitRoot();
  const sources = ["lib", "scripts", "docs", "data", "figures", "test/golden", "."].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: folder !== ".", encoding: "utf8" })
      .filter((name) => /\.(ts|c?js|md)$/.test(name) && !/^dist|node_modules|results/.test(name))
      .map((name) => join(root, folder, name)),
  );
  const prose = findNotebooks().map((file) => {
    const { cells } = parseNotebook(readFileSync(file, "utf8"), basename(file));
    return [
      file,
      cells
        .filter((cell) => !isCode(cell))
        .map((cell) => cell.source)
        .join("\n"),
    ] as [string, string];
  });
  return [...sources.map((file) => [file, readFileSync(file, "utf8")] as [string, string]), ...prose];
}

/** What is wrong with a command line as written, if anything; words in angle brackets or `${…}` stand for others. */
function problem(line: string): string | undefined {
  let command: Command = program;
  for (const word of line.split(/\s+/)) {
    if (/^--?[a-z]/.test(word)) {
      const options = [...command.options, ...program.options].flatMap(({ long, short }) => [long, short]);
      if (!["--help", "-h", "--version", ...options].includes(word.replace(/=.*/, ""))) return `no option ${word}`;
    } else if (command.commands.length > 0 && !isArgument(command, word)) {
      if (!/^[a-z][a-z-]*$/.test(word)) return undefined;
      const next = command.commands.find((one) => one.name() === word);
      if (!next) return `no command ${word}`;
      command = next;
    }
  }
  return command.commands.length > 0 && command !== program && command.registeredArguments.length === 0
    ? "a group of commands, none named"
    : undefined;
}

/** Whether a word is what a command is given, though it has commands of its own. */
const isArgument = (command: Command, word: string): boolean =>
  command.registeredArguments.length > 0 && !command.commands.some((one) => one.name() === word);

test("every command that a message, a page or a notebook names exists, with its options", () => {
  const wrong: string[] = [];
  let named = 0;
  for (const [file, text] of texts()) {
    // To the end of the code, the sentence or the string, whichever comes first.
    for (const [, line] of text.matchAll(/\b(?:npx binvit|`binvit) ([a-z-][^`"'\n,;:()|&#]*)/g)) {
      named++;
      const trouble = problem(line!.replace(/[.\s]+$/, ""));
      if (trouble) wrong.push(`${relative(kitRoot(), file)}: binvit ${line} (${trouble})`);
    }
  }
  expect(named).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
});

test("every npm script that is named exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(kitRoot(), "package.json"), "utf8"));
  for (const [file, text] of texts()) {
    for (const [, name] of text.matchAll(/\bnpm run ([a-z]+)/g)) expect(scripts, file).toHaveProperty(name!);
  }
});

test("the first notebook's table has every lesson, and every lesson with exercises links its solutions", () => {
  const lessons = findNotebooks().filter((file) => !file.includes("solutions"));
  const prose = (file: string) =>
    parseNotebook(readFileSync(file, "utf8"), file)
      .cells.filter((cell) => !isCode(cell))
      .map((cell) => cell.source)
      .join("\n");
  const start = prose(lessons[0]!);
  for (const file of lessons.slice(1)) expect(start).toContain(`](${basename(file)})`);
  for (const file of lessons) {
    for (const [, target] of prose(file).matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(existsSync(join(file, "..", target!)), `${basename(file)}: ${target}`).toBe(true);
    }
  }
});
