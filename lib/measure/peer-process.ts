import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { BinvitError } from "../base/errors";

/** A peer in a process of its own that stays alive between timings. */
export interface PeerProcess<Request> {
  /** Its version, and what its speed depends on. */
  readonly version: string;
  /** The line that it said first. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** @returns seconds of all repeats together, by the peer's own clock */
  time(request: Request, repeats: number): Promise<number>;
  close(): void;
}

/** Which peer, and how it is started. */
export interface PeerCommand {
  /** As messages call it. */
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** What brings it where it is missing. */
  readonly remedy: string;
  /** Variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Variables that hold a library to older instructions than the processor has: peers run at their best. */
const hampering = [
  "OPENBLAS_CORETYPE",
  "OPENBLAS_L2_SIZE",
  "MKL_ENABLE_INSTRUCTIONS",
  "MKL_DEBUG_CPU_TYPE",
  "ATEN_CPU_CAPABILITY",
  "ONEDNN_MAX_CPU_ISA",
  "DNNL_MAX_CPU_ISA",
];

/** One thread for whichever library multiplies matrices. */
const oneThread = Object.fromEntries(
  ["OMP", "MKL", "OPENBLAS"].map((library) => [`${library}_NUM_THREADS`, "1"] as const),
);

/** @returns the environment of a peer: this one's, on one thread, without what would slow it */
export function peerEnvironment(given: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const env = { ...given, ...oneThread };
  for (const name of hampering) delete env[name];
  return env;
}

/**
 * Starts a peer that prints a line of JSON when it is ready, `{"version"}` or `{"missing"}`, and then answers every
 * line of JSON that it reads by `{"seconds"}` or `{"error"}`.
 *
 * @param peer - which
 * @returns the peer, or why there is none and what to do
 */
export async function startPeer<Request>(
  peer: PeerCommand,
): Promise<PeerProcess<Request> | { readonly missing: string }> {
  const { name, command, remedy } = peer;
  const child = spawn(command[0], command.slice(1), {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...peerEnvironment(), ...peer.env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  failed.catch(() => {}); // raced below; without a race in progress nobody is waiting for it
  child.stdin.on("error", () => {}); // a process that has ended is noticed by its missing answer
  const answer = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error("it ended without an answer");
    return JSON.parse(value);
  };
  const close = () => child.kill();
  const missing = (reason: unknown) => {
    close();
    return { missing: `${name} is not there (${reason}). ${remedy}` };
  };
  let ready: Record<string, unknown>;
  try {
    ready = await answer();
  } catch (error) {
    return missing((error as Error).message);
  }
  const { version } = ready;
  if (typeof version !== "string") return missing(ready.missing);
  return {
    version,
    ready,
    async time(request, repeats) {
      child.stdin.write(`${JSON.stringify({ ...request, repeats })}\n`);
      const { seconds, error } = await answer().catch((problem) => ({ seconds: undefined, error: problem.message }));
      if (typeof seconds === "number") return seconds;
      throw new BinvitError(`${name} failed on ${described(request)}: ${error}.`);
    },
    close,
  };
}

/** @returns the request without its long parts */
const described = (request: unknown): string =>
  Object.entries(request as object)
    .filter(([, value]) => typeof value !== "object")
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
