import { performance } from "node:perf_hooks";

type Status = "busy" | "idle";

interface Message {
  readonly header: { readonly msg_type: string };
}

interface Server {
  publishStatus(status: Status, parent: Message): void;
}

/** How often the kernel looks at what it does outside of cells, ms. */
const everyMs = 1000;

/** From this share of the time on, work outside of cells counts as work. */
const busyShare = 0.5;

/**
 * Keeps "busy" shown for as long as the kernel computes; to be called before a kernel is started.
 *
 * Front ends show the last status they got, whatever it answered. tslab says "idle" after every request, though cells
 * wait or run: after the first of several cells sent together, or after a completion asked for while a cell trains.
 * Here "busy" follows for the cell that runs. Code that a cell left running has no request of its own; it shows by how
 * much of the time the event loop is taken.
 */
export function keepStatusTrue(): void {
  const { ZmqServer } = require("tslab/dist/jupyter") as { ZmqServer: { prototype: Server } };
  const publish = ZmqServer.prototype.publishStatus;
  const cells: Message[] = [];
  let lastCell: Message | undefined;
  let hasWorkLeft = false;

  let before = performance.eventLoopUtilization();

  ZmqServer.prototype.publishStatus = function (status, parent) {
    if (parent.header.msg_type === "execute_request") {
      if (status === "busy") cells.push(parent);
      else cells.splice(cells.indexOf(parent), 1);
      if (!lastCell) setInterval(lookForWorkLeft, everyMs, this).unref();
      lastCell = parent;
      before = performance.eventLoopUtilization();
    }
    publish.call(this, status, parent);
    const working = cells[0] ?? (hasWorkLeft ? lastCell : undefined);
    if (status === "idle" && working) publish.call(this, "busy", working);
  };

  function lookForWorkLeft(server: Server): void {
    if (cells.length > 0) return;
    const { idle, active, utilization } = performance.eventLoopUtilization(before);
    if (idle + active < everyMs / 2) return; // a cell has just ended: its own work says nothing
    before = performance.eventLoopUtilization();
    const had = hasWorkLeft;
    hasWorkLeft = utilization > busyShare;
    if (had !== hasWorkLeft) publish.call(server, hasWorkLeft ? "busy" : "idle", lastCell!);
  }
}
