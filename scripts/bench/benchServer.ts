import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Value } from 'typebox/value';
import { API_PREFIX, ReadyLine, ScanOverview } from '#protocol/http.ts';
import { isTerminal, ScanAccepted, ScanStatus } from '#protocol/scan.ts';
import { ProcessTreeWatch, type Usage } from './processTree.ts';

const SERVER = join(import.meta.dirname, '../../dist/server/pinata.js');
const POLL_MS = 10;

/** One scan from the request to the moment its result can be asked for. */
export interface ScanRun extends Usage {
  wallSeconds: number;
  /** Milliseconds. */
  phases: Record<string, number>;
  filesScanned: number;
  nodes: number;
  /** Milliseconds that requests for the status took while the scan ran, in order of length. */
  statusMs: number[];
}

/** The bundled scan server in a process of its own, with an empty store. */
export class BenchServer implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #data: string;
  readonly #address: string;
  readonly #token: string;
  readonly #pid: number;

  private constructor(process: ChildProcess, data: string, ready: { address: string; token: string; pid: number }) {
    this.#process = process;
    this.#data = data;
    this.#address = ready.address;
    this.#token = ready.token;
    this.#pid = ready.pid;
  }

  /** @throws when the server does not start */
  static async start(root: string): Promise<BenchServer> {
    const data = mkdtempSync(join(tmpdir(), 'pinata-bench-data-'));
    const child = spawn(process.execPath, [SERVER, 'serve', '--root', root, '--data-dir', data], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const [line = ''] = (await once(createInterface({ input: child.stdout }), 'line')).map(String);
    return new BenchServer(child, data, Value.Parse(ReadyLine, JSON.parse(line)));
  }

  /** @throws {Error} when the scan does not complete */
  async scan(folder: string): Promise<ScanRun> {
    let stage = 'queued';
    const statusMs: number[] = [];
    const timed = async (scanId: string): Promise<ScanStatus> => {
      const asked = performance.now();
      const status = await this.#status(scanId);
      statusMs.push(performance.now() - asked);
      return status;
    };
    const watch = new ProcessTreeWatch(this.#pid, () => stage);
    const started = performance.now();
    try {
      const { scan_id } = Value.Parse(ScanAccepted, await this.#request('/scan', { repository_path: folder }));
      let status = await timed(scan_id);
      while (!isTerminal(status.status)) {
        stage = status.status;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        status = await timed(scan_id);
      }
      const wallSeconds = (performance.now() - started) / 1000;
      if (status.status !== 'completed')
        throw new Error(`the scan of ${folder} ended: ${status.error ?? status.message}`);
      const { phases } = Value.Parse(ScanOverview, await this.#request(`/scan/${scan_id}/overview`));
      return {
        wallSeconds,
        phases,
        filesScanned: status.files_scanned,
        nodes: status.nodes_found,
        statusMs: statusMs.sort((a, b) => a - b),
        ...watch.end(),
      };
    } finally {
      watch.end();
    }
  }

  async #status(scanId: string): Promise<ScanStatus> {
    return Value.Parse(ScanStatus, await this.#request(`/scan/${scanId}/status`));
  }

  async #request(path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#address}${API_PREFIX}${path}`, {
      headers: { authorization: `Bearer ${this.#token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    rmSync(this.#data, { recursive: true, force: true });
  }
}
