// Starts the tslab kernel: `node kernel.js kernel --config-path=FILE`, with repairs.
const { Worker } = require("node:worker_threads");
const zmq = require("zeromq");

// 1. A client that is quick does not break the start. tslab reads from its sockets while they are still being bound, and
//    zeromq refuses (EBUSY) to send or receive until the bind is through: on a busy machine the first request then ends
//    tslab's reading for good. Here both wait for the bind.
const afterBind = (Socket) =>
  class extends Socket {
    #binding;

    bind(address) {
      const bound = super.bind(address);
      const done = () => {
        this.#binding = undefined;
      };
      this.#binding = bound.then(done, done);
      return bound;
    }

    receive() {
      return this.#binding ? this.#binding.then(() => this.receive()) : super.receive();
    }

    send(message) {
      return this.#binding ? this.#binding.then(() => this.send(message)) : super.send(message);
    }
  };
zmq.Router = afterBind(zmq.Router);
zmq.Reply = afterBind(zmq.Reply);

// 2. No output is lost. zeromq makes every 513th send wait for the event loop and refuses (EBUSY) whatever is sent
//    meanwhile; tslab does not look, so that printed lines vanish, or the "idle" that ends a cell. Refused messages
//    wait their turn here. The high-water mark would drop more.
let last = Promise.resolve();
let queued = 0;
zmq.Publisher = class extends afterBind(zmq.Publisher) {
  constructor(options) {
    super({ ...options, sendHighWaterMark: 0 });
  }

  send(message) {
    if (queued === 0) {
      try {
        last = super.send(message);
        return last;
      } catch (error) {
        if (error.code !== "EBUSY") throw error;
      }
    }
    queued++;
    last = last.then(() => super.send(message)).finally(() => queued--);
    return last;
  }
};

// 3. Started by the notebook runner, the kernel cannot outlive it: when the runner dies, for whatever reason, standard
//    input closes. A worker watches, because a cell in a tight loop never lets the main thread see it. (Jupyter closes
//    a kernel's input at once, so this is asked for.)
if (process.env.BINVIT_KERNEL_FOLLOWS_STDIN) {
  delete process.env.BINVIT_KERNEL_FOLLOWS_STDIN;
  const watch = `
    const { Socket } = require("node:net");
    const starter = new Socket({ fd: 0 });
    starter.on("close", () => process.kill(process.pid, "SIGKILL"));
    starter.on("error", () => {});
    starter.resume();
  `;
  new Worker(watch, { eval: true }).unref();
}

// 4. Cells import the kit from wherever their notebook lies.
require("./resolve.cjs");

require("tslab/dist/main.js").main();
