import { stripVTControlCharacters } from "node:util";
import type { KernelOutput } from "./kernel";
import type { MimeBundle, Output } from "./nbformat";

type DisplayOutput = Extract<Output, { output_type: "display_data" | "execute_result" }>;

/** Displays of a whole notebook by their id: a later cell may update an earlier one's. */
export type Displays = Map<string, DisplayOutput[]>;

/** Gathers what one cell puts out, as a notebook stores it. */
export class CellOutputs {
  readonly #outputs: Output[] = [];
  readonly #displays: Displays;

  constructor(displays: Displays) {
    this.#displays = displays;
  }

  /** Takes one message: streams are joined, displays with an id are kept so that updates change them in place. */
  add({ type, content }: KernelOutput): void {
    switch (type) {
      case "stream": {
        const { name, text } = content as { name: "stdout" | "stderr"; text: string };
        const last = this.#outputs.at(-1);
        if (last?.output_type === "stream" && last.name === name) last.text += text;
        else this.#outputs.push({ output_type: "stream", name, text });
        break;
      }
      case "error": {
        const { ename, evalue, traceback } = content as { ename: string; evalue: string; traceback: string[] };
        this.#outputs.push({ output_type: "error", ename, evalue, traceback });
        break;
      }
      default:
        this.#addDisplay(type, content);
    }
  }

  /** What to store: no colour codes, and of lines that overwrote themselves only the last state. */
  list(): Output[] {
    return this.#outputs.map((output) =>
      output.output_type === "stream" ? { ...output, text: settledText(output.text) } : output,
    );
  }

  /** All that says the cell failed: what it wrote to stderr, and error outputs. */
  failures(): string {
    return this.list()
      .map((output) => {
        if (output.output_type === "error") return `${output.ename}: ${output.evalue}\n`;
        return output.output_type === "stream" && output.name === "stderr" ? output.text : "";
      })
      .join("");
  }

  #addDisplay(type: "display_data" | "update_display_data" | "execute_result", content: KernelOutput["content"]): void {
    const { data, metadata, transient } = content as {
      data: MimeBundle;
      metadata?: Record<string, unknown>;
      transient?: { display_id?: string };
    };
    const id = transient?.display_id;
    if (type === "update_display_data") {
      for (const shown of this.#displays.get(id ?? "") ?? []) Object.assign(shown, { data, metadata: metadata ?? {} });
      return;
    }
    const output: DisplayOutput = { output_type: type, data, metadata: metadata ?? {} };
    this.#outputs.push(output);
    if (id !== undefined) this.#displays.set(id, [...(this.#displays.get(id) ?? []), output]);
  }
}

/** Drops colour codes and what a carriage return has overwritten. */
function settledText(text: string): string {
  return stripVTControlCharacters(text)
    .split("\n")
    .map((line) => line.replace(/\r+$/, "").replace(/^.*\r/s, ""))
    .join("\n");
}
