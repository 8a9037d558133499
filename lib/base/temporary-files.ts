import { createHash, randomBytes } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isRunning } from "./processes";

// Which machine and process writes it, so that what a killed one left is known for what it is.
const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
const temporaryName = /^\.binvit-([0-9a-f]{8})-([1-9]\d{0,9})-[0-9a-f]{8}\.tmp$/;

/** A name beside a file that is written, under which it is written first. */
export const temporaryIn = (folder: string): string =>
  join(folder, `.binvit-${host}-${process.pid}-${randomBytes(4).toString("hex")}.tmp`);

/** Removes what killed processes of this machine left half-written in a folder. */
export function removeLeftovers(folder: string): void {
  const processStart = Date.now() - 1000 * process.uptime();
  try {
    for (const name of readdirSync(folder)) {
      const [, where, writer] = temporaryName.exec(name) ?? [];
      if (where !== host) continue;
      const path = join(folder, name);
      // Numbers are given again, in a container nearly always: what is older than this process is not its own.
      const isLeft =
        Number(writer) === process.pid ? statSync(path).mtimeMs < processStart : !isRunning(Number(writer));
      if (isLeft) rmSync(path, { force: true });
    }
  } catch {
    // Another process removed it first, or the folder may not be read: no reason not to write.
  }
}
