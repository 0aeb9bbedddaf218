import type { ScanStatus } from '#protocol/scan.ts';
import { grouped } from '../scans/scanProgress.ts';

const BAR_WIDTH = 24;
const LINE_SPACING_MS = 3000;

/** The part of a stream that the progress bar writes to. */
export interface ProgressOutput {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Shows progress on a terminal in one line that is redrawn, elsewhere as a line every few seconds. */
export class ProgressBar {
  readonly #output: ProgressOutput;
  #lastLineMs = Number.NEGATIVE_INFINITY;
  #lastState = '';
  #drawn = false;

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  show(status: ScanStatus): void {
    if (this.#output.isTTY) {
      const line = describe(status, true).slice(0, Math.max(20, (this.#output.columns ?? 80) - 1));
      this.#output.write(`\r${line}\u001B[K`);
      this.#drawn = true;
      return;
    }
    const now = performance.now();
    if (status.status === this.#lastState && now - this.#lastLineMs < LINE_SPACING_MS) return;
    this.#lastLineMs = now;
    this.#lastState = status.status;
    this.#output.write(`${describe(status, false)}\n`);
  }

  /** Ends the redrawn line, so that what follows starts on its own. */
  end(): void {
    if (this.#drawn) this.#output.write('\n');
    this.#drawn = false;
  }
}

function describe(status: ScanStatus, withBar: boolean): string {
  const percent = status.progress === null ? '  …' : `${Math.floor(status.progress).toString().padStart(3)}%`;
  const nodes = status.nodes_found > 0 ? ` · ${grouped(status.nodes_found)} nodes` : '';
  const eta = status.eta_seconds ? ` · ${duration(status.eta_seconds)} left` : '';
  return `${withBar ? `${bar(status.progress ?? 0)} ` : ''}${percent} ${status.message}${nodes}${eta}`;
}

function bar(percent: number): string {
  const filled = Math.round((percent / 100) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]`;
}

/** Seconds in words, such as `45 s` or `3 min 20 s`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
