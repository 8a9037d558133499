import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Application } from "typedoc";
import { FileError } from "../../lib/base/errors";
import { libraryPage } from "../make/library-page";
import { type LibrarySection, librarySections } from "../make/library-sections";
import type { Page } from "../make/page";

/** The faces beside the index, by their name in the package. */
const faces: Readonly<Record<string, string>> = { engine: "binvit/engine", training: "binvit/training" };

/**
 * A page for each part of the library, from its docstrings, by TypeDoc. They are made anew where the library is newer.
 *
 * @param root - of the repository
 * @param folder - below `site/`, that holds nothing else
 * @throws FileError if TypeDoc cannot read the library
 */
export async function libraryPages(root: string, folder: string): Promise<Page[]> {
  const library = join(root, "lib");
  const entries = join(folder, "entries");
  const up = relative(entries, library).replaceAll("\\", "/");
  const sections: LibrarySection[] = [
    ...librarySections(readFileSync(join(library, "index.ts"), "utf8"), up),
    ...Object.entries(faces).map(([face, title]) => ({
      name: `binvit-${face}`,
      title,
      code: `export * from "${up}/${face}";`,
    })),
  ];
  const made = join(folder, "made");
  if (!isNewer(made, library)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(entries, { recursive: true });
    for (const { name, code } of sections) writeFileSync(join(entries, `${name}.ts`), `${code}\n`);
    await describe(join(root, "tsconfig.base.json"), entries, made);
  }
  return sections.map((section) => libraryPage(section, readFileSync(join(made, `${section.name}.md`), "utf8")));
}

/** Whether a folder was made after every file of another. */
function isNewer(made: string, sources: string): boolean {
  if (!existsSync(made)) return false;
  const since = statSync(made).mtimeMs;
  return readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !/^(dist|node_modules)\b/.test(path))
    .every((path) => statSync(join(sources, path)).mtimeMs < since);
}

async function describe(base: string, entries: string, out: string): Promise<void> {
  const tsconfig = join(entries, "tsconfig.json");
  writeFileSync(tsconfig, JSON.stringify({ extends: base, include: ["*.ts"] }));
  const app = await Application.bootstrapWithPlugins({
    ...{ entryPoints: [join(entries, "*.ts")], tsconfig, plugin: ["typedoc-plugin-markdown"] },
    ...{ readme: "none", disableSources: true, excludeExternals: true, skipErrorChecking: true, logLevel: "Error" },
    // Of the Markdown plugin, whose options TypeDoc's own type does not name.
    ...({
      outputs: [{ name: "markdown", path: out }],
      ...{ outputFileStrategy: "modules", hidePageHeader: true, hideBreadcrumbs: true, hideGroupHeadings: true },
      ...{ useCodeBlocks: true, parametersFormat: "table", interfacePropertiesFormat: "table" },
    } as object),
  });
  const project = await app.convert();
  if (!project) throw new FileError("TypeDoc cannot read the library: `npm run check` says why.");
  await app.generateOutputs(project);
}
