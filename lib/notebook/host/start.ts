import { followParent } from "./follow-parent";
import { withInterrupts } from "./interrupts";
import { recordingReads } from "./reads";
import { repairSockets } from "./sockets";
import { keepStatusTrue } from "./statuses";
import { wrapExecutor } from "./tslab";

/** Environment variable: file that gets a line for every path the cells read. */
export const readsVariable = "BINVIT_KERNEL_READS";

/**
 * Starts the tslab kernel in this process, with this kit's repairs.
 *
 * @param configPath - connection file, as Jupyter wrote it
 */
export function startKernel(configPath: string): void {
  followParent(process.env.JPY_PARENT_PID);
  repairSockets();
  keepStatusTrue();
  const log = process.env[readsVariable];
  delete process.env[readsVariable];
  if (log) wrapExecutor(recordingReads(log));
  wrapExecutor(withInterrupts);
  const tslab = require("tslab/dist/main") as { startKernel: (options: object) => void };
  // Not another tslab that may be installed where the notebook is: it would lack the repairs.
  tslab.startKernel({ configPath, enableFindLocal: false });
}
