import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isTerminal, type ScanRequest, type ScanState, type ScanStatus } from '#protocol/scan.ts';
import { errorMessage } from '../errorMessage.ts';
import { ProgressCoalescer } from '../progress/coalescer.ts';
import type { StoredRoot } from '../store/store.ts';
import { EngineChild, type EngineOutcome } from './engineChild.ts';
import { fitStatus } from './fitStatus.ts';
import { counted, type JobProgress, ScanProgress } from './scanProgress.ts';

export interface JobSettings {
  engineEntry: string;
  databasePath: string;
  memoryMb: number;
  cancelGraceMs: number;
  /** Silence in milliseconds while files are read after which the engine process is taken for stuck. */
  stallMs: number;
  /** Milliseconds one file may keep a parser thread; the engine's own limit when absent. */
  fileBudgetMs?: number;
  updatesPerSecond: number;
  heartbeatMs: number;
}

/** A parser thread gets half of a scan's memory, and never more than this many MiB. */
const MAX_THREAD_MEMORY_MB = 768;

/** How a scan ended: its last status and, when it failed, what went wrong at full length. */
export interface JobEnd {
  status: ScanStatus;
  error?: string;
  /** For the log only. */
  detail?: string;
}

/**
 * One scan from `queued` to its terminal status: the state machine and the numbering of its updates. Publishes every
 * update but the terminal one, which its owner publishes once it is stored.
 */
export class ScanJob {
  readonly scanId: string;
  readonly request: ScanRequest;
  readonly roots: StoredRoot[];
  readonly #settings: JobSettings;
  readonly #publish: (status: ScanStatus) => void;
  #status: ScanStatus;
  #child: EngineChild | undefined;
  #cancelled = false;

  constructor(
    scan: { scanId: string; request: ScanRequest; roots: StoredRoot[] },
    settings: JobSettings,
    publish: (status: ScanStatus) => void,
  ) {
    this.scanId = scan.scanId;
    this.request = scan.request;
    this.roots = scan.roots;
    this.#settings = settings;
    this.#publish = publish;
    this.#status = queuedStatus(scan.scanId);
  }

  get status(): ScanStatus {
    return this.#status;
  }

  get isCancelled(): boolean {
    return this.#cancelled;
  }

  /** Resolves once no process of this scan is left; at once when none was started. */
  get gone(): Promise<void> {
    return this.#child?.gone ?? Promise.resolve();
  }

  /** Process of the engine while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Runs the scan to its end; never rejects. */
  async run(): Promise<JobEnd> {
    const progress = new ScanProgress(performance.now());
    const coalescer = new ProgressCoalescer(() => {
      this.#status = this.#next(progress.fields);
      this.#publish(this.#status);
    }, this.#settings);
    coalescer.changed(true);
    const onProgress = (report: JobProgress): void => {
      const before = progress.fields.status;
      const { status } = progress.update(report, performance.now());
      coalescer.changed(status !== before);
    };
    try {
      return this.#end(await this.#runIsolatedAtNeed(onProgress));
    } catch (error) {
      const message = `The scan process cannot be started: ${errorMessage(error)}`;
      return this.#end({ kind: 'died', message, detail: '', isContent: false });
    } finally {
      coalescer.stop();
    }
  }

  /** Asks a running scan to stop; `run()` then ends within the grace time. */
  cancel(): void {
    this.#cancelled = true;
    this.#child?.cancel();
  }

  /** Ends the engine process at once. */
  kill(): void {
    this.#child?.kill();
  }

  /** Ends a scan that has not been started. */
  endUnstarted(message: string): JobEnd {
    return { status: this.#terminal('cancelled', message) };
  }

  /**
   * Small scans read files in the engine's main thread. One that dies there may have met a file that does it: it is
   * tried once more with threads, which find the file, put it into quarantine and read the rest.
   */
  async #runIsolatedAtNeed(onProgress: (report: JobProgress) => void): Promise<EngineOutcome> {
    const outcome = await this.#runChild(onProgress, false);
    if (outcome.kind !== 'died' || !outcome.isContent || this.#cancelled) return outcome;
    const again = await this.#runChild(onProgress, true);
    return again.kind === 'died' ? { ...again, detail: `${outcome.detail}\n${again.detail}`.trim() } : again;
  }

  #runChild(onProgress: (report: JobProgress) => void, isolated: boolean): Promise<EngineOutcome> {
    const { request, roots, scanId } = this;
    const child = new EngineChild({
      entry: this.#settings.engineEntry,
      scanId,
      databasePath: this.#settings.databasePath,
      memoryMb: this.#settings.memoryMb,
      cancelGraceMs: this.#settings.cancelGraceMs,
      stallMs: this.#settings.stallMs,
      request: {
        roots,
        fileTypes: request.file_types,
        excludePatterns: request.exclude_patterns,
        includeTests: request.include_tests,
        trusted: request.trusted,
        cacheFolder: join(dirname(this.#settings.databasePath), 'cache'),
        isolated,
        fileBudgetMs: this.#settings.fileBudgetMs,
        threadMemoryMb: Math.min(MAX_THREAD_MEMORY_MB, Math.ceil(this.#settings.memoryMb / 2)),
      },
      onProgress,
    });
    this.#child = child;
    if (this.#cancelled) child.cancel();
    return child.outcome;
  }

  #end(outcome: EngineOutcome): JobEnd {
    if (outcome.kind === 'done') {
      const { done } = outcome;
      const counts = { files_scanned: done.filesScanned, nodes_found: done.nodesFound };
      if (!done.cancelled) return { status: this.#terminal('completed', completedMessage(done), counts) };
      return { status: this.#terminal('cancelled', 'Cancelled; what was found until then is kept', counts) };
    }
    if (this.#cancelled) {
      const status = this.#terminal('cancelled', 'Cancelled before anything was saved', { nodes_found: 0 });
      return { status, detail: outcome.detail };
    }
    const { message, detail } = outcome;
    return { status: this.#terminal('error', 'Scan failed', { error: message }), error: message, detail };
  }

  #next(fields: Partial<ScanStatus>): ScanStatus {
    const { current_file: _, ...rest } = this.#status;
    return fitStatus({ ...rest, ...fields, seq: this.#status.seq + 1, timestamp: new Date().toISOString() });
  }

  #terminal(state: ScanState, message: string, fields: Partial<ScanStatus> = {}): ScanStatus {
    if (isTerminal(this.#status.status)) throw new Error(`scan ${this.scanId} ends twice`);
    const progress = state === 'completed' ? 100 : this.#status.progress;
    const eta = state === 'completed' ? 0 : null;
    const status = this.#next({ ...fields, status: state, message, progress, eta_seconds: eta });
    delete status.current_file;
    this.#status = status;
    return status;
  }
}

function queuedStatus(scanId: string): ScanStatus {
  return {
    type: 'scan_update',
    scan_id: scanId,
    seq: 0,
    status: 'queued',
    progress: null,
    message: 'Waiting to start',
    files_scanned: 0,
    total_files: 0,
    nodes_found: 0,
    eta_seconds: null,
    timestamp: new Date().toISOString(),
  };
}

function completedMessage(done: { nodesFound: number; workflowsFound: number; filesFailed: number }): string {
  const found = `${counted(done.nodesFound, 'node')}, ${counted(done.workflowsFound, 'workflow')}`;
  return done.filesFailed === 0 ? found : `${found}; ${counted(done.filesFailed, 'file')} could not be read`;
}
