import type { Log } from '../log.ts';
import { mayBeScanned } from './sourceFiles.ts';
import { isRunning, type StateStore } from './state.ts';

/** Milliseconds without a further change before a scan begins: "save all" and a checkout are one change. */
const QUIET = 1_000;

export interface RescanOptions {
  store: StateStore;
  log: Log;
  /** Whether a change of this file starts a scan by itself. */
  onSave: (path: string) => boolean;
  /** Starts an automatic scan of the folders in view; resolves when the server has accepted it. */
  start: () => Promise<void>;
  /** Milliseconds; tests shorten it. */
  quiet?: number;
}

/**
 * Knows which files have changed since the results in view were made, and starts a scan after a save where the setting
 * asks for it: one at a time, and one more when files changed while it ran.
 */
export class Rescanner {
  readonly #options: RescanOptions;
  readonly #subscription: { dispose(): void };
  /** By path, the time of the last change, in milliseconds. */
  readonly #changed = new Map<string, number>();
  #scanBegan = 0;
  #timer: NodeJS.Timeout | null = null;
  #wanted = false;

  constructor(options: RescanOptions) {
    this.#options = options;
    this.#subscription = options.store.onChange((state, previous) => {
      if (state.starting && !previous.starting) this.#scanBegan = Date.now();
      if (state.resultsScanId !== previous.resultsScanId) this.#newResults();
      if (isRunning(previous) && !isRunning(state) && this.#wanted) this.#schedule();
    });
  }

  /** Told of every file that was saved, made, changed or removed. */
  changed(path: string): void {
    const { store, onSave } = this.#options;
    const { folders, resultsScanId } = store.state;
    if (resultsScanId === null || !folders.some((folder) => mayBeScanned(folder.path, path))) return;
    this.#changed.set(path, Date.now());
    this.#publish();
    if (!onSave(path)) return;
    this.#wanted = true;
    this.#schedule();
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#subscription.dispose();
  }

  /** What changed while the scan ran may or may not be in its results. */
  #newResults(): void {
    for (const [path, time] of this.#changed) if (time < this.#scanBegan) this.#changed.delete(path);
    this.#publish();
  }

  #publish(): void {
    const { store } = this.#options;
    if (store.state.changedFiles !== this.#changed.size) store.update({ changedFiles: this.#changed.size });
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#run();
    }, this.#options.quiet ?? QUIET);
  }

  /** While a scan runs the wish stays; its end schedules it again. */
  async #run(): Promise<void> {
    if (!this.#wanted || isRunning(this.#options.store.state)) return;
    this.#wanted = false;
    try {
      await this.#options.start();
    } catch (error) {
      this.#options.log.warn(`Rescan after a save: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
