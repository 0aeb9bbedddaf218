import type { Environment } from '#protocol/http.ts';
import { PROTOCOL_VERSION } from '#protocol/version.ts';
import { explain, type Log } from '../log.ts';
import { Scope } from '../scope.ts';
import { ServerClient } from './client.ts';
import { describeEndpoint, parseEndpoint } from './endpoint.ts';
import { launchServer, type LaunchOptions } from './launch.ts';

/** A server that ends this often within `CRASH_WINDOW_MS` is not started again until the user asks. */
const MAX_CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;

/** Which server to use, read anew at each connect: launch one, or connect to the one at `url`. */
export type ServerChoice =
  | { kind: 'launch'; options: Omit<LaunchOptions, 'log'> }
  | { kind: 'connect'; url: string; token: string | null };

/** A server that answers; lives as long as one connection. */
export interface ConnectedServer {
  client: ServerClient;
  environment: Environment;
  /** For reports: "launched, process 123" or the address. */
  description: string;
}

export interface ConnectionEvents {
  onState: (state: 'connecting' | 'connected' | 'disconnected' | 'idle') => void;
  /** What the user of a server should know, once a connection. */
  onNotice: (notice: string) => void;
}

/**
 * The one connection to a server: opened at the first `use`, again after the server has gone, and by `restart`.
 * Everything that belongs to one connection lives in a scope that ends with it.
 */
export class ServerConnection {
  readonly #choose: (folders: readonly string[]) => Promise<ServerChoice>;
  readonly #events: ConnectionEvents;
  readonly #log: Log;
  #current: { server: Promise<ConnectedServer>; scope: Scope } | null = null;
  #crashes: number[] = [];
  #closed = false;
  /** The folders that a launched server may read. */
  readonly #folders = new Set<string>();

  constructor(choose: (folders: readonly string[]) => Promise<ServerChoice>, events: ConnectionEvents, log: Log) {
    this.#choose = choose;
    this.#events = events;
    this.#log = log;
  }

  /** Whether a server is in use or being connected to. */
  get active(): boolean {
    return this.#current !== null;
  }

  /**
   * The server, launched or connected to when there is none, and again when it may not read one of `folders` yet.
   * @throws Error that says what to do.
   */
  async use(folders: readonly string[] = []): Promise<ConnectedServer> {
    if (this.#closed) throw new Error('Pinata is being shut down');
    const known = this.#folders.size;
    for (const folder of folders) this.#folders.add(folder);
    if (this.#current && this.#folders.size > known) await this.reset();
    this.#current ??= this.#open();
    return this.#current.server;
  }

  /** Ends the connection and the launched server; the next `use` makes a new one. */
  async reset(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    this.#crashes = [];
    if (!current) return;
    await current.scope.dispose();
    this.#events.onState('idle');
  }

  async dispose(): Promise<void> {
    this.#closed = true;
    await this.reset();
  }

  #open(): { server: Promise<ConnectedServer>; scope: Scope } {
    const scope = new Scope((error) => this.#log.warn(`Ending the connection: ${explain(error)}`));
    this.#events.onState('connecting');
    const server = this.#connect(scope);
    const opened = { server, scope };
    server.then(
      () => this.#events.onState('connected'),
      () => this.#drop(opened),
    );
    return opened;
  }

  async #connect(scope: Scope): Promise<ConnectedServer> {
    const choice = await this.#choose([...this.#folders]);
    const server = choice.kind === 'launch' ? await this.#launch(choice, scope) : await this.#reach(choice, scope);
    this.#log.info(`Connected: ${server.description}, version ${server.environment.version}`);
    for (const notice of server.environment.notices) this.#events.onNotice(notice);
    return server;
  }

  async #launch(choice: ServerChoice & { kind: 'launch' }, scope: Scope): Promise<ConnectedServer> {
    this.#refuseCrashLoop();
    const started = performance.now();
    const launched = scope.add(await launchServer({ ...choice.options, log: this.#log }));
    const readyIn = Math.round(performance.now() - started);
    let expected = false;
    scope.onEnd(() => (expected = true));
    void launched.exited.then((reason) => {
      if (!expected) this.#crashed(scope, reason);
    });
    const client = scope.add(new ServerClient(parseEndpoint(launched.ready.address), launched.ready.token));
    const environment = await client.environment();
    return {
      client,
      environment,
      description: `launched server, process ${launched.ready.pid}, ready after ${readyIn} ms`,
    };
  }

  async #reach(choice: ServerChoice & { kind: 'connect' }, scope: Scope): Promise<ConnectedServer> {
    const endpoint = parseEndpoint(choice.url);
    const where = describeEndpoint(endpoint);
    if (choice.token === null) {
      throw new Error(`No token is stored for ${where}: set it with the command "Pinata: Set Server Token"`);
    }
    const client = scope.add(new ServerClient(endpoint, choice.token));
    const environment = await client.environment();
    if (environment.protocol_version !== PROTOCOL_VERSION) {
      throw new Error(
        `The server at ${where} speaks protocol ${environment.protocol_version}, this extension ${PROTOCOL_VERSION}: ` +
          'bring both to the same version',
      );
    }
    return { client, environment, description: `server at ${where}` };
  }

  #crashed(scope: Scope, reason: string): void {
    this.#log.error(`The server process ${reason}`);
    this.#crashes.push(Date.now());
    if (this.#current?.scope === scope) this.#drop(this.#current);
  }

  #drop(opened: { scope: Scope }): void {
    if (this.#current?.scope === opened.scope) {
      this.#current = null;
      this.#events.onState('disconnected');
    }
    void opened.scope.dispose();
  }

  #refuseCrashLoop(): void {
    this.#crashes = this.#crashes.filter((time) => Date.now() - time < CRASH_WINDOW_MS);
    if (this.#crashes.length < MAX_CRASHES) return;
    throw new Error(
      `The Pinata server ended ${this.#crashes.length} times within a minute: see the log, then "Pinata: Restart Server"`,
    );
  }
}
