import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { API_PREFIX } from '#protocol/http.ts';
import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import { buildApp } from '../../../server/http/app.ts';
import type { App, AppLimits } from '../../../server/http/deps.ts';
import { listen } from '../../../server/http/listen.ts';
import { newSecret, PageSessions } from '../../../server/http/sessions.ts';
import { MemoryBus } from '../../../server/progress/memoryBus.ts';
import type { ProgressBus } from '../../../server/progress/progressBus.ts';
import { AllowedFolders } from '../../../server/scans/allowedFolders.ts';
import { type CoordinatorSettings, ScanCoordinator } from '../../../server/scans/coordinator.ts';
import { defaultEngineEntry } from '../../../server/scans/engineChild.ts';
import { databasePath } from '../../../server/store/dataFolder.ts';
import { SqliteStore } from '../../../server/store/sqliteStore.ts';
import { TempFolder } from './tempFolder.ts';

export const STAND_IN_ENGINE = fileURLToPath(new URL('./standInEngine.ts', import.meta.url));

export interface TestServerOptions {
  roots: string[];
  settings?: Partial<CoordinatorSettings>;
  limits?: Partial<AppLimits>;
  allowedHosts?: string[];
  pageFolder?: string;
  bus?: ProgressBus;
  /** Folder of the store; a temporary one when absent. */
  dataFolder?: string;
}

/** A whole server on a loopback port with a store of its own. */
export class TestServer implements AsyncDisposable {
  readonly token = newSecret();
  readonly sessions = new PageSessions();
  readonly coordinator: ScanCoordinator;
  readonly store: SqliteStore;
  readonly bus: ProgressBus;
  readonly #data = new TempFolder();
  readonly dataFolder: string;
  #app: App | undefined;
  #address = '';

  private constructor(options: TestServerOptions) {
    this.dataFolder = options.dataFolder ?? this.#data.path;
    const path = databasePath(this.dataFolder);
    this.store = new SqliteStore(path);
    this.bus = options.bus ?? new MemoryBus();
    this.coordinator = new ScanCoordinator(this.store, this.bus, pino({ level: 'silent' }), {
      engineEntry: defaultEngineEntry(),
      databasePath: path,
      memoryMb: 1024,
      cancelGraceMs: 2000,
      stallMs: 20_000,
      updatesPerSecond: 10,
      heartbeatMs: 900,
      concurrency: 1,
      maxQueued: 20,
      ...options.settings,
    });
  }

  static async start(options: TestServerOptions): Promise<TestServer> {
    const server = new TestServer(options);
    const folders = new AllowedFolders();
    await folders.set(options.roots);
    server.#app = await buildApp({
      store: server.store,
      bus: server.bus,
      coordinator: server.coordinator,
      folders,
      token: server.token,
      sessions: server.sessions,
      transport: 'tcp',
      allowedHosts: options.allowedHosts ?? [],
      notices: [],
      pageFolder: options.pageFolder ?? server.dataFolder,
      log: pino({ level: process.env['PINATA_LOG_LEVEL'] ?? 'silent' }),
      ...(options.limits && { limits: options.limits }),
    });
    server.#address = await listen(server.#app, { host: '127.0.0.1', port: 0 });
    return server;
  }

  /** `http://127.0.0.1:port`. */
  get address(): string {
    return this.#address;
  }

  /** Connections that are open now. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#app?.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  /** Requests a path below the API prefix, or a whole path that starts with `//`, with the token. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${this.token}`);
    const url = path.startsWith('//') ? this.address + path.slice(1) : `${this.address}${API_PREFIX}${path}`;
    return fetch(url, { redirect: 'manual', ...init, headers });
  }

  post(path: string, body: unknown): Promise<Response> {
    return this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async json(path: string): Promise<Record<string, unknown>> {
    return asRecord(await (await this.request(path)).json());
  }

  /** Starts a scan of a folder. @returns its id */
  async scan(path: string, more: object = {}): Promise<string> {
    const response = await this.post('/scan', { repository_path: path, ...more });
    const body = asRecord(await response.json());
    if (response.status !== 202) throw new Error(`the scan was refused: ${JSON.stringify(body)}`);
    return String(body['scan_id']);
  }

  /** Waits until a scan has ended. @returns its terminal status */
  async ended(scanId: string): Promise<ScanStatus> {
    await this.coordinator.ended(scanId);
    const status = await this.coordinator.status(scanId);
    if (!status || !isTerminal(status.status)) throw new Error(`scan ${scanId} has not ended`);
    return status;
  }

  /** Opens the progress socket of a scan. */
  watch(scanId: string, path = `${API_PREFIX}/ws/scan/${scanId}`): Watcher {
    const url = this.address.replace('http', 'ws') + path;
    return new Watcher(new WebSocket(url, { headers: { authorization: `Bearer ${this.token}` } }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.coordinator.close();
    await this.#app?.close();
    await this.bus.close();
    await this.store.close();
    this.#data[Symbol.dispose]();
  }
}

/** Collects what a progress socket says. */
export class Watcher {
  readonly socket: WebSocket;
  readonly statuses: ScanStatus[] = [];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        const status: ScanStatus = JSON.parse(data.toString('utf8'));
        this.statuses.push(status);
      });
      socket.once('close', (code) => resolve(code));
      socket.once('error', reject);
    });
    // Tests that expect a failing socket look at it; others must not fail before they do.
    this.closed.catch(() => undefined);
  }

  /** Waits until a status fits. */
  async until(fits: (status: ScanStatus) => boolean): Promise<ScanStatus> {
    const found = this.statuses.find(fits);
    if (found) return found;
    return new Promise((resolve) => {
      const look = (): void => {
        const status = this.statuses.find(fits);
        if (!status) return;
        this.socket.off('message', look);
        resolve(status);
      };
      this.socket.on('message', look);
    });
  }
}

/** A JSON object. @throws {Error} for anything else */
export function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not a JSON object');
  return Object.fromEntries(Object.entries(value));
}

/** Waits until a condition holds. @throws {Error} after `timeoutMs` */
export async function eventually(holds: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not true after ${timeoutMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process is the answer that is asked for.
    return false;
  }
}
