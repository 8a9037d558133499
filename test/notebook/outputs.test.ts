import { expect, test } from "vitest";
import type { KernelOutput } from "../../lib/notebook/kernel";
import { CellOutputs, type Displays } from "../../lib/notebook/outputs";

const stream = (name: string, text: string): KernelOutput => ({ type: "stream", content: { name, text } });
const display = (type: KernelOutput["type"], text: string, id?: string): KernelOutput => ({
  type,
  content: { data: { "text/plain": text }, metadata: {}, transient: { display_id: id } },
});

test("streams are joined until the other one or a display comes between", () => {
  const outputs = new CellOutputs(new Map());
  for (const message of [
    stream("stdout", "a"),
    stream("stdout", "b\n"),
    stream("stderr", "c"),
    stream("stdout", "d"),
  ]) {
    outputs.add(message);
  }
  expect(outputs.list().map((output) => "text" in output && output.text)).toEqual(["ab\n", "c", "d"]);
  expect(outputs.failures()).toBe("c");
});

test("colours go, and of lines that overwrote themselves the last state stays", () => {
  const outputs = new CellOutputs(new Map());
  for (const part of ["\u001b[32m1%\u001b[39m\r", "50%\r", "100%\n", "next\r\n", "half\r"])
    outputs.add(stream("stdout", part));
  expect(outputs.list()).toEqual([{ output_type: "stream", name: "stdout", text: "100%\nnext\nhalf" }]);
});

test("an update changes the display in place, in an earlier cell too", () => {
  const displays: Displays = new Map();
  const first = new CellOutputs(displays);
  first.add(display("display_data", "old", "a"));
  first.add(display("display_data", "other", "b"));
  first.add(stream("stdout", "end"));
  const second = new CellOutputs(displays);
  second.add(display("update_display_data", "new", "a"));
  second.add(display("update_display_data", "nobody", "c"));
  expect(second.list()).toEqual([]);
  expect(first.list().map((output) => "data" in output && output.data["text/plain"])).toEqual(["new", "other", false]);
});

test("displays without an id stay apart; an error output counts as a failure", () => {
  const outputs = new CellOutputs(new Map());
  outputs.add(display("display_data", "one"));
  outputs.add(display("execute_result", "two"));
  outputs.add({ type: "error", content: { ename: "TypeError", evalue: "no", traceback: [] } });
  expect(outputs.list().map((output) => output.output_type)).toEqual(["display_data", "execute_result", "error"]);
  expect(outputs.failures()).toBe("TypeError: no\n");
});
