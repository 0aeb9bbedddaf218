import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy on loopback whose connections can be cut and refused: a network that fails. */
export class SeverableProxy {
  readonly #sockets = new Set<Socket>();
  #target = 0;
  #refuses = false;
  readonly #server = createServer((client) => this.#relay(client));

  /** @returns the port it listens on */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sends what arrives from now on to this port. */
  relayTo(port: number): void {
    this.#target = port;
  }

  /** Cuts every connection and refuses new ones. */
  sever(): void {
    this.#refuses = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  restore(): void {
    this.#refuses = false;
  }

  async close(): Promise<void> {
    this.sever();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #relay(client: Socket): void {
    if (this.#refuses) {
      client.destroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      // A cut connection is what this proxy is for; the other side is closed below.
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
