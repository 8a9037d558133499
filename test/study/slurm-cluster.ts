import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { cpus, hostname } from "node:os";
import { join } from "node:path";

/** Why no cluster can be brought up here; undefined if one can. */
export function slurmIsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "Slurm's daemons are started by root alone";
  const missing = ["munged", "slurmctld", "slurmd", "sbatch"].filter((name) => spawnSync(name, ["-V"]).error);
  return missing.length > 0 ? `${missing.join(", ")} not found (Debian: slurm-wlm, munge)` : undefined;
}

/** A Slurm cluster of one node, this machine, with daemons of its own and nothing of the system's. */
export class SlurmCluster {
  private readonly daemons = new Map<string, ChildProcess>();

  private constructor(
    private readonly folder: string,
    /** What has to be in the environment of whoever asks this cluster. */
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * @param folder - an empty one
   * @param tasks - that run at a time
   */
  static async start(folder: string, tasks: number): Promise<SlurmCluster> {
    for (const name of ["state", "spool", "munge"]) mkdirSync(join(folder, name));
    chmodSync(join(folder, "munge"), 0o755);
    const key = join(folder, "munge", "key");
    writeFileSync(key, randomBytes(1024), { mode: 0o400 });
    const socket = join(folder, "munge", "socket");
    const [control, node] = [await freePort(), await freePort()];
    const config = join(folder, "slurm.conf");
    writeFileSync(
      config,
      `ClusterName=binvit
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmUser=root
SlurmctldPort=${control}
SlurmdPort=${node}
AuthType=auth/munge
AuthInfo=socket=${socket}
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
ReturnToService=2
SlurmdTimeout=10
SlurmctldTimeout=10
KillWait=15
MaxArraySize=101
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=1
StateSaveLocation=${join(folder, "state")}
SlurmdSpoolDir=${join(folder, "spool")}
SlurmctldPidFile=${join(folder, "slurmctld.pid")}
SlurmdPidFile=${join(folder, "slurmd.pid")}
SlurmctldLogFile=${join(folder, "slurmctld.log")}
SlurmdLogFile=${join(folder, "slurmd.log")}
NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=${Math.max(tasks, cpus().length)} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
`,
    );
    const cluster = new SlurmCluster(folder, { ...process.env, SLURM_CONF: config });
    const munge = ["--foreground", "--force", `--socket=${socket}`, `--key-file=${key}`];
    const own = ["log", "pid", "seed"].map((name) => `--${name}-file=${join(folder, "munge", name)}`);
    cluster.run("munged", [...munge, ...own]);
    cluster.run("slurmctld", ["-D", "-f", config]);
    cluster.startNode();
    await cluster.waitFor("a node that is idle", () => /idle|mix|alloc/.test(cluster.ask("sinfo", ["-h", "-o", "%T"])));
    return cluster;
  }

  /** Starts the daemon that runs tasks. */
  startNode(): void {
    this.run("slurmd", ["-D", "-f", this.env.SLURM_CONF!]);
  }

  /** Kills that daemon as a crash does. */
  async killNode(): Promise<void> {
    const daemon = this.daemons.get("slurmd")!;
    const ended = new Promise((done) => daemon.once("exit", done));
    daemon.kill("SIGKILL");
    await ended;
  }

  ask(command: string, words: readonly string[]): string {
    const { stdout } = spawnSync(command, words, { env: this.env, encoding: "utf8" });
    return stdout ?? "";
  }

  async waitFor(what: string, isThere: () => boolean, seconds = 60): Promise<void> {
    for (const end = Date.now() + 1000 * seconds; !isThere(); ) {
      if (Date.now() > end) throw new Error(`No ${what} within ${seconds} s. ${this.logs()}`);
      await new Promise((done) => setTimeout(done, 200));
    }
  }

  logs(): string {
    const tail = (name: string) => `${name}:\n${readFileSync(join(this.folder, name), "utf8").slice(-1500)}\n`;
    return ["slurmctld.log", "slurmd.log"].map(tail).join("");
  }

  stop(): void {
    for (const daemon of [...this.daemons.values()].reverse()) daemon.kill("SIGTERM");
    try {
      execFileSync("pkill", ["-f", `slurmstepd.*${this.folder}`]);
    } catch {
      // None is left.
    }
  }

  private run(name: string, words: readonly string[]): void {
    this.daemons.set(name, spawn(name, words, { env: this.env, stdio: "ignore" }));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
