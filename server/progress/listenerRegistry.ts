import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import type { ProgressListener, Unsubscribe } from './progressBus.ts';

interface Entry {
  listener: ProgressListener;
  /** Highest `seq` handed out, so that a status that arrives twice or late is dropped; infinite after the end. */
  lastSeq: number;
}

/** The listeners of one process by scan; what both buses fan out through. */
export class ListenerRegistry {
  readonly #scans = new Map<string, Set<Entry>>();

  scanIds(): string[] {
    return [...this.#scans.keys()];
  }

  /** @param onLast called when the last listener of the scan has gone */
  add(scanId: string, listener: ProgressListener, onLast: () => void): Unsubscribe {
    const entries = this.#scans.get(scanId) ?? new Set<Entry>();
    this.#scans.set(scanId, entries);
    const entry: Entry = { listener, lastSeq: -1 };
    entries.add(entry);
    return () => {
      if (!entries.delete(entry) || entries.size > 0 || this.#scans.get(scanId) !== entries) return;
      this.#scans.delete(scanId);
      onLast();
    };
  }

  /** Hands a status to each listener of its scan unless it has had this one or a newer one. */
  deliver(status: ScanStatus): void {
    const entries = this.#scans.get(status.scan_id);
    if (!entries) return;
    for (const entry of entries) {
      if (status.seq <= entry.lastSeq) continue;
      entry.lastSeq = isTerminal(status.status) ? Number.POSITIVE_INFINITY : status.seq;
      entry.listener(status);
    }
  }

  clear(): void {
    this.#scans.clear();
  }
}
