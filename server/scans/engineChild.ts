import { type ChildProcess, fork } from 'node:child_process';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Compile } from 'typebox/compile';
import type { EngineRequest } from '#engine/scan.ts';
import { type EngineDone, FromEngine, MEMORY_LIMIT_VARIABLE, MEMORY_MARK, type ToEngine } from './engineMessages.ts';
import type { JobProgress } from './scanProgress.ts';

/** How the engine process ended. */
export type EngineOutcome =
  | { kind: 'done'; done: EngineDone }
  | { kind: 'failed'; message: string; detail: string }
  /** `isContent`: what it was reading may be the cause, so that reading in threads may survive it. */
  | { kind: 'died'; message: string; detail: string; isContent: boolean };

export interface EngineChildOptions {
  /** Module that the process runs. */
  entry: string;
  scanId: string;
  databasePath: string;
  request: EngineRequest;
  /** Limit of the JavaScript heap in MiB. */
  memoryMb: number;
  /** Time from `cancel()` until the process is killed. */
  cancelGraceMs: number;
  /** Silence in milliseconds while files are read after which the process is taken for stuck and killed. */
  stallMs: number;
  onProgress: (progress: JobProgress) => void;
}

/** A cancelled scan that has reached the saving of its partial result is given this long to finish it. */
const SAVING_GRACE_MS = 10_000;
/** Memory of the process beyond its heap that is not counted: code, stacks, the parser and the threads' own. */
const BESIDE_HEAP_MB = 512;
/** Ways in which V8 and the system end a process that ran into something, not ended by somebody. */
const CRASH_SIGNALS: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGBUS', 'SIGTRAP', 'SIGFPE']);
/** Kept of the process's stderr to explain a crash. */
const STDERR_TAIL = 4000;

const messageCheck = Compile(FromEngine);

/** The entry of the engine process beside this module, from source or bundled. */
export function defaultEngineEntry(): string {
  const name = import.meta.url.endsWith('.ts') ? './engineProcess.ts' : './engineProcess.js';
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Half of the machine's memory, between 512 MiB and 4 GiB. */
export function defaultMemoryMb(): number {
  return Math.max(512, Math.min(4096, Math.floor(totalmem() / 2 / 1024 ** 2)));
}

/** Owns the process of one scan from fork to exit. */
export class EngineChild {
  /**
   * Resolves once the result is stored, or the process has gone; never rejects. A process that is done still keeps what
   * it read for the next scan, which nobody waits for, and then ends by itself, or with this one.
   */
  readonly outcome: Promise<EngineOutcome>;
  /** Resolves once the process has gone: after a good end it may still keep what the next scan needs. */
  readonly gone: Promise<void>;
  readonly #options: EngineChildOptions;
  readonly #process: ChildProcess;
  #report: EngineOutcome | undefined;
  #phase: JobProgress['phase'] = 'discovering';
  #stderr = '';
  #killTimer: NodeJS.Timeout | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #isStuck = false;

  constructor(options: EngineChildOptions) {
    this.#options = options;
    this.#process = fork(options.entry, [], {
      serialization: 'advanced',
      execArgv: [
        `--max-old-space-size=${options.memoryMb}`,
        // A large nursery saves no measurable time here and costs 100 MB.
        '--max-semi-space-size=4',
        '--disable-warning=ExperimentalWarning',
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        [MEMORY_LIMIT_VARIABLE]: `${(options.memoryMb + BESIDE_HEAP_MB) * 1024 ** 2}`,
        // Halves the time such a process takes to start; Node looks at what it finds there before it uses it.
        ...(options.request.cacheFolder !== undefined && {
          NODE_COMPILE_CACHE: join(options.request.cacheFolder, 'code'),
        }),
      },
    });
    this.outcome = this.#settle();
    this.gone = new Promise((resolve) => {
      this.#process.once('close', () => resolve());
      this.#process.once('error', () => this.#process.pid === undefined && resolve());
    });
    this.#send({
      type: 'start',
      scanId: options.scanId,
      databasePath: options.databasePath,
      request: options.request,
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Asks the engine to stop and kills the process when it does not. */
  cancel(): void {
    if (this.#killTimer) return;
    this.#send({ type: 'cancel' });
    this.#killTimer = setTimeout(() => this.#killUnlessSaving(), this.#options.cancelGraceMs);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #killUnlessSaving(): void {
    if (this.#phase !== 'saving' || this.#report) return this.kill();
    this.#killTimer = setTimeout(() => this.kill(), SAVING_GRACE_MS);
  }

  #send(message: ToEngine): void {
    if (!this.#process.connected) return;
    // A failed send means that the process has died; `exit` reports it.
    this.#process.send(message, () => undefined);
  }

  #settle(): Promise<EngineOutcome> {
    const child = this.#process;
    child.stdout?.resume();
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_TAIL);
    });
    return new Promise((resolve) => {
      child.on('message', (message: unknown) => {
        this.#receive(message);
        if (this.#report?.kind === 'done') resolve(this.#report);
      });
      child.once('error', (error) => {
        if (child.pid !== undefined) return;
        const message = 'The scan process cannot be started.';
        resolve({ kind: 'died', message, detail: error.message, isContent: false });
      });
      child.once('close', (code, signal) => {
        clearTimeout(this.#killTimer);
        clearTimeout(this.#stallTimer);
        resolve(this.#report ?? this.#death(code, signal));
      });
    });
  }

  #receive(message: unknown): void {
    if (!messageCheck.Check(message)) return;
    this.#watchStall();
    if (message.type === 'alive') return;
    if (message.type === 'progress') {
      this.#phase = message.phase;
      this.#watchStall();
      this.#options.onProgress(message);
      return;
    }
    this.#report =
      message.type === 'done'
        ? { kind: 'done', done: message }
        : { kind: 'failed', message: message.message, detail: message.detail };
  }

  /** A file that hangs the process is not survived by waiting. Linking has steps that take long by themselves. */
  #watchStall(): void {
    clearTimeout(this.#stallTimer);
    if (this.#phase !== 'scanning') return;
    this.#stallTimer = setTimeout(() => {
      this.#isStuck = true;
      this.kill();
    }, this.#options.stallMs);
  }

  #death(code: number | null, signal: NodeJS.Signals | null): EngineOutcome {
    const detail = this.#stderr.trim();
    const isReading = this.#phase === 'scanning';
    if (/heap out of memory|ERR_WORKER_OUT_OF_MEMORY/.test(detail) || detail.includes(MEMORY_MARK.trim())) {
      const message = `The scan ran out of memory (limit ${this.#options.memoryMb} MB). Exclude large folders or raise the limit.`;
      return { kind: 'died', message, detail, isContent: isReading };
    }
    const how = signal ? `was killed by ${signal}` : `ended with code ${code}`;
    const isCrash = this.#isStuck || (signal !== null && CRASH_SIGNALS.has(signal));
    const message = this.#isStuck
      ? `The scan process did not answer for ${Math.round(this.#options.stallMs / 1000)} s and was ended. Scan again.`
      : `The scan process ${how} before the scan was done. Scan again.`;
    return { kind: 'died', message, detail, isContent: isReading && isCrash };
  }
}
