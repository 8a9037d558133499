import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What `startOf` says of a process that has ended, but that its parent has not taken note of yet. */
const ended = "ended";

/**
 * Whether a process of this machine still runs.
 *
 * Numbers are given again: another process may have that of one that was killed. The time of its start tells them apart.
 *
 * @param pid - its number
 * @param start - what `startOf` said of it; left out, any process of that number counts
 */
export function isRunning(pid: number, start?: string): boolean {
  try {
    process.kill(pid, 0); // sends nothing
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false; // otherwise it is there, but another user's
  }
  const now = startOf(pid);
  return now !== ended && (now === undefined || start === undefined || now === start);
}

/**
 * When a process started, in whatever words the system has for it: only good to be compared.
 *
 * @returns undefined where the system does not say
 */
export function startOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
      if (state === "Z" || state === "X") return ended;
      // Clock ticks since the machine was started, hence which start that was.
      return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${fields[18]}`;
    }
    if (process.platform === "win32") return undefined;
    const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
    const said = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { env, stdio: ["ignore", "pipe", "ignore"] });
    return String(said).trim() || undefined;
  } catch {
    return undefined;
  }
}
