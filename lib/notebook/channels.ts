import { randomUUID } from "node:crypto";
import { Dealer, Subscriber } from "zeromq";
import type { Connection } from "./connection";
import { decodeMessage, encodeMessage, type KernelMessage, newHeader } from "./messages";

/** Called for every message the kernel publishes or replies with. */
export type MessageListener = (channel: "iopub" | "shell", message: KernelMessage) => void;

/** The client's ends of a kernel's sockets. */
export class Channels {
  readonly #key: string;
  readonly #session = randomUUID();
  readonly #shell = new Dealer({ linger: 0, reconnectInterval: 20 });
  readonly #control = new Dealer({ linger: 0, reconnectInterval: 20 });
  // Without the limit taken off, a cell that prints a lot would lose lines.
  readonly #iopub = new Subscriber({ linger: 0, reconnectInterval: 20, receiveHighWaterMark: 0 });

  /**
   * Connects; a kernel that does not listen yet is waited for.
   *
   * @param onMessage - gets every message, in the order of arrival within its channel
   */
  constructor(connection: Connection, onMessage: MessageListener) {
    this.#key = connection.key;
    const address = (port: number) => `${connection.transport}://${connection.ip}:${port}`;
    this.#shell.connect(address(connection.shell_port));
    this.#control.connect(address(connection.control_port));
    this.#iopub.connect(address(connection.iopub_port));
    this.#iopub.subscribe();
    void this.#listen(this.#shell, (message) => onMessage("shell", message));
    void this.#listen(this.#iopub, (message) => onMessage("iopub", message));
  }

  /**
   * Sends a request.
   *
   * @returns its message id, found again as `parent.msg_id` of everything that answers it
   */
  send(channel: "shell" | "control", type: string, content: object): string {
    const header = newHeader(type, this.#session);
    const socket = channel === "shell" ? this.#shell : this.#control;
    // A send that fails belongs to a socket closed meanwhile; who waits for the answer hears of the kernel's death.
    socket.send(encodeMessage(this.#key, header, content)).catch(() => {});
    return header.msg_id;
  }

  close(): void {
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
  }

  async #listen(socket: Dealer | Subscriber, onMessage: (message: KernelMessage) => void): Promise<void> {
    for await (const frames of socket) onMessage(decodeMessage(this.#key, frames));
  }
}
