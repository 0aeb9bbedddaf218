export interface CoalescerSettings {
  /** Most updates in a second, not counting those that go at once. */
  updatesPerSecond: number;
  /** Longest silence in milliseconds while the coalescer is running. */
  heartbeatMs: number;
}

/**
 * Decides when an update of one scan goes out: urgent ones at once, others spaced, and one after a silence of
 * `heartbeatMs`. It holds no update itself: `emit` reads the newest state when it is called.
 */
export class ProgressCoalescer {
  readonly #emit: () => void;
  readonly #spacingMs: number;
  readonly #heartbeatMs: number;
  #lastEmit = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(emit: () => void, settings: CoalescerSettings) {
    this.#emit = emit;
    this.#spacingMs = 1000 / settings.updatesPerSecond;
    this.#heartbeatMs = settings.heartbeatMs;
  }

  /** Says that there is something new. */
  changed(urgent = false): void {
    if (this.#stopped) return;
    const wait = urgent ? 0 : this.#lastEmit + this.#spacingMs - performance.now();
    if (wait <= 0) this.#emitNow();
    else this.#schedule(wait);
  }

  /** Ends timers; nothing goes out afterwards. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #emitNow(): void {
    this.#lastEmit = performance.now();
    clearTimeout(this.#timer);
    this.#due = Number.POSITIVE_INFINITY;
    this.#emit();
    if (!this.#stopped) this.#schedule(this.#heartbeatMs);
  }

  #schedule(wait: number): void {
    const due = performance.now() + wait;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#emitNow(), wait);
  }
}
