import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Host } from '../host/host.ts';
import type { Guard } from './guards.ts';
import { isPageOf } from './wire.ts';

const PAGE_SIZE = 100;

/** A server-side list read page by page; a new query drops what is loaded and every answer still under way. */
export class PagedList<T> implements ReactiveController {
  items: T[] = [];
  total = 0;
  loading = false;
  error: string | null = null;
  /** Whether at least one page of the current query has arrived. */
  loaded = false;

  readonly #element: ReactiveControllerHost;
  readonly #guard: Guard<T>;
  #host: Host | null = null;
  #path = '';
  #cursor: string | null = null;
  #generation = 0;

  constructor(element: ReactiveControllerHost, guard: Guard<T>) {
    this.#element = element;
    this.#guard = guard;
    element.addController(this);
  }

  /** Needed by the interface; the list has nothing to do when its element is attached. */
  hostConnected(): void {}

  hostDisconnected(): void {
    this.#generation += 1;
    this.#path = '';
  }

  /** Reads the first page of `path?query`; the same path again does nothing. Empty query values are left out. */
  show(host: Host, path: string, query: Readonly<Record<string, string>> = {}): void {
    const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
    search.set('limit', String(PAGE_SIZE));
    const full = `${path}?${search}`;
    if (full === this.#path) return;
    this.#path = full;
    this.#host = host;
    this.#restart();
  }

  retry(): void {
    if (this.loaded) void this.more();
    else this.#restart();
  }

  /** Reads the next page, if there is one and none is under way. */
  async more(): Promise<void> {
    if (this.loading || (this.loaded && this.#cursor === null)) return;
    await this.#read(this.#cursor);
  }

  #restart(): void {
    this.#generation += 1;
    this.loading = false;
    this.loaded = false;
    this.#cursor = null;
    void this.#read(null);
  }

  async #read(cursor: string | null): Promise<void> {
    const generation = this.#generation;
    this.loading = true;
    this.error = null;
    this.#element.requestUpdate();
    try {
      const body = await this.#host?.get(
        cursor === null ? this.#path : `${this.#path}&cursor=${encodeURIComponent(cursor)}`,
      );
      if (generation === this.#generation) this.#take(body, cursor === null);
    } catch (error) {
      if (generation === this.#generation) this.error = error instanceof Error ? error.message : String(error);
    }
    if (generation !== this.#generation) return;
    this.loading = false;
    this.#element.requestUpdate();
  }

  #take(body: unknown, first: boolean): void {
    const page = isPageOf(this.#guard);
    if (!page(body)) throw new Error('The scan server sent a list this view cannot read: their versions differ.');
    this.items = first ? body.items : [...this.items, ...body.items];
    this.total = body.total;
    this.#cursor = body.next_cursor;
    this.loaded = true;
  }
}
