import type { ScanStatus } from '#protocol/scan.ts';

export type ProgressListener = (status: ScanStatus) => void;

/** Ends a subscription; calling it twice does nothing more. */
export type Unsubscribe = () => void;

export interface BusHealth {
  ok: boolean;
  /** What is wrong, for `/readyz` and the log; absent when all is well. */
  detail?: string;
}

/**
 * Carries the statuses of scans from whoever runs them to whoever watches them. A listener hears statuses with rising
 * `seq` only; it may miss some of them, never the newest one.
 */
export interface ProgressBus {
  readonly kind: 'memory' | 'redis';
  /** Hands a status to all listeners. Returns at once whatever the transport does; never throws. */
  publish(status: ScanStatus): void;
  /**
   * Resolves when the subscription is acknowledged: every status published from then on reaches `listener`. While the
   * transport is out it resolves too, and the listener gets the newest status as soon as the transport is back.
   */
  subscribe(scanId: string, listener: ProgressListener): Promise<Unsubscribe>;
  /** The newest status known of a scan, or null. Resolves within a second also while the transport is out. */
  latest(scanId: string): Promise<ScanStatus | null>;
  /** What is known without asking. */
  health(): BusHealth;
  /** Asks the transport whether it answers; resolves within a second. */
  check(): Promise<BusHealth>;
  /** Writes out what is pending (at most a second), then ends every connection and timer. */
  close(): Promise<void>;
}
