import * as fs from "node:fs";
import * as path from "node:path";
import { kitRoot } from "../../lib/kit-root";

/** A folder inside the kit, where cells reach node_modules; remove it when done. */
export function temporaryFolder(): string {
  const runs = path.join(kitRoot(), "runs");
  fs.mkdirSync(runs, { recursive: true });
  return fs.mkdtempSync(path.join(runs, "test-notebook-"));
}
