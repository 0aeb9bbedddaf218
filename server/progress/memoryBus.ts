import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import { ListenerRegistry } from './listenerRegistry.ts';
import type { BusHealth, ProgressBus, ProgressListener, Unsubscribe } from './progressBus.ts';

/** Terminal statuses kept for late watchers; older ones are answered by the store. */
const KEPT_TERMINAL = 200;

/** The bus of a server that runs its scans itself and shares them with no other server. */
export class MemoryBus implements ProgressBus {
  readonly kind = 'memory';
  readonly #listeners = new ListenerRegistry();
  readonly #latest = new Map<string, ScanStatus>();
  readonly #ended: string[] = [];

  publish(status: ScanStatus): void {
    const known = this.#latest.get(status.scan_id);
    if (known && (known.seq >= status.seq || isTerminal(known.status))) return;
    this.#latest.set(status.scan_id, status);
    if (isTerminal(status.status)) this.#forgetOldest(status.scan_id);
    this.#listeners.deliver(status);
  }

  subscribe(scanId: string, listener: ProgressListener): Promise<Unsubscribe> {
    return Promise.resolve(this.#listeners.add(scanId, listener, () => undefined));
  }

  latest(scanId: string): Promise<ScanStatus | null> {
    return Promise.resolve(this.#latest.get(scanId) ?? null);
  }

  health(): BusHealth {
    return { ok: true };
  }

  check(): Promise<BusHealth> {
    return Promise.resolve(this.health());
  }

  close(): Promise<void> {
    this.#listeners.clear();
    this.#latest.clear();
    return Promise.resolve();
  }

  #forgetOldest(scanId: string): void {
    this.#ended.push(scanId);
    if (this.#ended.length <= KEPT_TERMINAL) return;
    const oldest = this.#ended.shift();
    if (oldest) this.#latest.delete(oldest);
  }
}
