/** Upper bounds of the buckets in seconds. */
const BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
const SAMPLE_MS = 50;
/** Sampling costs timer ticks, and an idle server is to be idle: it ends when nobody has asked for this long. */
const UNASKED_MS = 10 * 60_000;

/** Measures how late timers fire, from the first time somebody asks. */
export class EventLoopDelay {
  readonly #counts = BOUNDS.map(() => 0);
  #count = 0;
  #sum = 0;
  #timer: NodeJS.Timeout | undefined;
  #askedAt = 0;

  /** The delays so far as a Prometheus histogram of seconds. */
  text(name: string): string[] {
    this.#askedAt = performance.now();
    if (!this.#timer) this.#sample(performance.now() + SAMPLE_MS);
    const buckets = BOUNDS.map((bound, index) => `${name}_bucket{le="${bound}"} ${this.#counts[index]}`);
    return [
      `# TYPE ${name} histogram`,
      ...buckets,
      `${name}_bucket{le="+Inf"} ${this.#count}`,
      `${name}_sum ${this.#sum.toFixed(6)}`,
      `${name}_count ${this.#count}`,
    ];
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #sample(due: number): void {
    this.#timer = setTimeout(() => {
      const now = performance.now();
      this.#add(Math.max(0, now - due) / 1000);
      if (now - this.#askedAt < UNASKED_MS) this.#sample(now + SAMPLE_MS);
      else this.#timer = undefined;
    }, due - performance.now());
    this.#timer.unref();
  }

  #add(seconds: number): void {
    this.#count++;
    this.#sum += seconds;
    for (const [index, bound] of BOUNDS.entries()) {
      if (seconds <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    }
  }
}
