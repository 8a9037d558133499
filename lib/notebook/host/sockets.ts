import type * as ZeroMq from "zeromq";

/** What tslab uses of a socket. */
interface Socket {
  bind(address: string): Promise<void>;
  receive(): Promise<unknown>;
  send(message: unknown): Promise<void>;
}
type SocketClass = new (options?: object) => Socket;

/**
 * Repairs how tslab uses its sockets; to be called before tslab is loaded.
 *
 * tslab reads from its sockets while they are still being bound, and zeromq refuses (EBUSY) to send or receive until
 * the bind is through: on a busy machine a quick client's first request then ends tslab's reading for good. Here both
 * wait for the bind.
 *
 * zeromq also makes every 513th send wait for the event loop and refuses (EBUSY) whatever is sent meanwhile; tslab does
 * not look, so that printed lines vanish, or the "idle" that ends a cell. Here refused messages wait their turn. The
 * high-water mark would drop more.
 */
export function repairSockets(): void {
  // Not imported: the names of an imported module cannot be given other values.
  const zmq = require("zeromq") as Record<keyof typeof ZeroMq, SocketClass>;
  zmq.Router = afterBind(zmq.Router);
  zmq.Reply = afterBind(zmq.Reply);
  zmq.Publisher = withoutLoss(afterBind(zmq.Publisher));
}

const afterBind = (Base: SocketClass): SocketClass =>
  class extends Base {
    #binding: Promise<void> | undefined;

    override bind(address: string): Promise<void> {
      const bound = super.bind(address);
      const done = () => {
        this.#binding = undefined;
      };
      this.#binding = bound.then(done, done);
      return bound;
    }

    override receive(): Promise<unknown> {
      return this.#binding ? this.#binding.then(() => this.receive()) : super.receive();
    }

    override send(message: unknown): Promise<void> {
      return this.#binding ? this.#binding.then(() => this.send(message)) : super.send(message);
    }
  };

const withoutLoss = (Base: SocketClass): SocketClass =>
  class extends Base {
    #last: Promise<void> = Promise.resolve();
    #queued = 0;

    constructor(options?: object) {
      super({ ...options, sendHighWaterMark: 0 });
    }

    override send(message: unknown): Promise<void> {
      if (this.#queued === 0) {
        try {
          this.#last = super.send(message);
          return this.#last;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
        }
      }
      this.#queued++;
      this.#last = this.#last
        .then(() => super.send(message))
        .finally(() => {
          this.#queued--;
        });
      return this.#last;
    }
  };
