import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import type { ProgressBus } from '../progress/progressBus.ts';
import type { ScanCoordinator } from '../scans/coordinator.ts';

/** Interval at which a scan that another server runs is looked up, in case its end reaches no bus. */
const FOREIGN_POLL_MS = 1000;

export interface Watch {
  /** Ends the watch; harmless after its end. */
  stop(): void;
}

type Offer = (status: ScanStatus) => void;

interface ForeignScan {
  timer: NodeJS.Timeout;
  offers: Set<Offer>;
}

/** Lets clients watch scans: subscribe and be acknowledged, then the snapshot, then what is newer, up to the end. */
export class ProgressHub {
  readonly #bus: ProgressBus;
  readonly #coordinator: ScanCoordinator;
  readonly #foreign = new Map<string, ForeignScan>();

  constructor(bus: ProgressBus, coordinator: ScanCoordinator) {
    this.#bus = bus;
    this.#coordinator = coordinator;
  }

  /**
   * Watches a scan. `onStatus` gets the current status, then later ones with rising `seq`, the terminal one last.
   * @returns null for an unknown scan
   */
  async watch(scanId: string, onStatus: (status: ScanStatus) => void): Promise<Watch | null> {
    let lastSeq = -1;
    let ended = false;
    const ends: (() => void)[] = [];
    const stop = (): void => {
      ended = true;
      for (const end of ends.splice(0)) end();
    };
    const offer: Offer = (status) => {
      if (ended || status.seq <= lastSeq) return;
      lastSeq = status.seq;
      if (isTerminal(status.status)) stop();
      onStatus(status);
    };
    // The listener is in place when `subscribe` returns; a bus whose transport hangs does not delay the snapshot.
    const subscribed = this.#bus.subscribe(scanId, offer);
    const release = subscribed.then((unsubscribe) => (ended ? unsubscribe() : void ends.push(unsubscribe)));
    try {
      const early = await this.#coordinator.status(scanId);
      if (early) offer(early);
      await release;
      // Another server's scan may have become known while the subscription was on its way.
      const snapshot = early ?? (await this.#coordinator.status(scanId));
      if (snapshot) offer(snapshot);
    } catch (error) {
      stop();
      throw error;
    }
    if (lastSeq < 0) {
      stop();
      return null;
    }
    if (!ended && !this.#coordinator.owns(scanId)) ends.push(this.#watchForeign(scanId, offer));
    return { stop };
  }

  /** Ends the timers. */
  close(): void {
    for (const { timer } of this.#foreign.values()) clearInterval(timer);
    this.#foreign.clear();
  }

  #watchForeign(scanId: string, offer: Offer): () => void {
    const foreign = this.#foreign.get(scanId) ?? {
      timer: setInterval(() => void this.#poll(scanId), FOREIGN_POLL_MS),
      offers: new Set<Offer>(),
    };
    this.#foreign.set(scanId, foreign);
    foreign.offers.add(offer);
    return () => {
      foreign.offers.delete(offer);
      if (foreign.offers.size > 0) return;
      clearInterval(foreign.timer);
      this.#foreign.delete(scanId);
    };
  }

  async #poll(scanId: string): Promise<void> {
    try {
      const status = await this.#coordinator.status(scanId);
      const offers = this.#foreign.get(scanId)?.offers;
      if (status && offers) for (const offer of offers) offer(status);
    } catch {
      // The store is busy or unreachable; the next turn asks again and `/readyz` tells.
    }
  }
}
