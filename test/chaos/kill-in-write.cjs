// Runs first in a training process: kills it at, before or within the Nth thing that it does to files of the run's folder.
const fs = require("node:fs");

const at = Number(process.env.CHAOS_AT);
const folder = process.env.CHAOS_FOLDER;
let count = 0;

const kill = () => process.kill(process.pid, "SIGKILL");
const isOurs = (args) => args.some((arg) => typeof arg === "string" && arg.includes(folder));

for (const name of ["writeFileSync", "renameSync", "linkSync", "rmSync", "openSync", "utimesSync"]) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (!isOurs(args)) return original(...args);
    const turn = ++count === at;
    if (turn && at % 3 === 0) kill(); // before
    if (turn && name === "writeFileSync" && args[1].length > 8 && at % 3 === 1) {
      original(args[0], args[1].slice(0, Math.floor(args[1].length / 2)), { ...args[2], flush: false });
      kill(); // within
    }
    const result = original(...args);
    if (turn) kill(); // after
    return result;
  };
}
