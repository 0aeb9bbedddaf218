import type { EngineProgress } from '#engine/scan.ts';
import type { ScanState, ScanStatus } from '#protocol/scan.ts';

/** What the engine process reports: the engine's phases, then the writing of the result. */
export interface JobProgress extends Omit<EngineProgress, 'phase'> {
  phase: EngineProgress['phase'] | 'saving';
}

/** Percent of the whole scan at which each phase begins and ends, after measured durations on real repositories. */
const SPAN: Record<JobProgress['phase'], readonly [number, number]> = {
  discovering: [0, 3],
  scanning: [3, 75],
  linking: [75, 95],
  saving: [95, 99],
};

/** Progress before a remaining time is estimated, in percent and milliseconds; earlier estimates are noise. */
const ETA_MIN_PERCENT = 4;
const ETA_MIN_MS = 1500;

/** The parts of a status that progress decides. */
export type ProgressFields = Pick<
  ScanStatus,
  'status' | 'progress' | 'message' | 'files_scanned' | 'total_files' | 'nodes_found' | 'eta_seconds' | 'current_file'
>;

/** Turns what the engine process reports into one progress over all phases that never goes back. */
export class ScanProgress {
  readonly #startedMs: number;
  #percent: number | null = null;
  #fields: ProgressFields;

  /** @param startedMs monotonic time at which the scan started */
  constructor(startedMs: number) {
    this.#startedMs = startedMs;
    this.#fields = {
      status: 'discovering',
      progress: null,
      message: 'Finding files',
      files_scanned: 0,
      total_files: 0,
      nodes_found: 0,
      eta_seconds: null,
    };
  }

  get fields(): ProgressFields {
    return this.#fields;
  }

  /** Takes a report; counts never go back either. @param nowMs monotonic time */
  update(report: JobProgress, nowMs: number): ProgressFields {
    this.#advance(report);
    const filesScanned = Math.max(this.#fields.files_scanned, report.filesScanned);
    const totalFiles = Math.max(this.#fields.total_files, report.totalFiles ?? 0, filesScanned);
    this.#fields = {
      status: stateOf(report.phase),
      progress: this.#percent,
      message: messageOf(report.phase, filesScanned, totalFiles),
      files_scanned: filesScanned,
      total_files: totalFiles,
      nodes_found: Math.max(this.#fields.nodes_found, report.nodesFound),
      eta_seconds: this.#eta(nowMs),
      ...(report.currentFile !== undefined && { current_file: report.currentFile }),
    };
    return this.#fields;
  }

  #advance(report: JobProgress): void {
    if (report.phase === 'discovering' && report.totalFiles === null) return;
    const [begin, end] = SPAN[report.phase];
    const share = Math.min(1, Math.max(0, report.fraction ?? 0));
    const percent = Math.round((begin + (end - begin) * share) * 10) / 10;
    this.#percent = Math.max(this.#percent ?? 0, percent);
  }

  #eta(nowMs: number): number | null {
    const elapsed = nowMs - this.#startedMs;
    if (this.#percent === null || this.#percent < ETA_MIN_PERCENT || elapsed < ETA_MIN_MS) return null;
    return Math.round(((elapsed / this.#percent) * (100 - this.#percent)) / 1000);
  }
}

function stateOf(phase: JobProgress['phase']): ScanState {
  return phase === 'saving' ? 'linking' : phase;
}

const MESSAGE = {
  discovering: 'Finding files',
  linking: 'Joining operations across files',
  saving: 'Saving the result',
} as const;

function messageOf(phase: JobProgress['phase'], filesScanned: number, totalFiles: number): string {
  if (phase !== 'scanning') return MESSAGE[phase];
  return `Reading files: ${grouped(filesScanned)} of ${grouped(totalFiles)}`;
}

/** A count with thousands separators, the same in every locale. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A count with its noun, such as `1 node` or `2,000 nodes`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
