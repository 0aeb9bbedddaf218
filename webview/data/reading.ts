import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Host } from '../host/host.ts';
import type { Guard } from './guards.ts';
import { isPageOf } from './wire.ts';

const PAGE_SIZE = 100;
const UNREADABLE = 'The scan server sent something this view cannot read: their versions differ.';

/**
 * Something the server is asked for. One question is under way at a time: what is asked meanwhile replaces what waits,
 * so that fast typing costs one answer more, not one a keystroke. What was read stays until the new answer arrives.
 */
abstract class Reading implements ReactiveController {
  loading = false;
  error: string | null = null;
  /** Whether an answer has arrived at all; it may be that of the question before. */
  loaded = false;

  readonly #element: ReactiveControllerHost;
  #host: Host | null = null;
  #path = '';
  #underWay = false;
  #waiting: string | null = null;
  /** Rises when the element goes, so that late answers find no one. */
  #life = 0;

  constructor(element: ReactiveControllerHost) {
    this.#element = element;
    element.addController(this);
  }

  /** Needed by the interface; there is nothing to do when the element is attached. */
  hostConnected(): void {}

  hostDisconnected(): void {
    this.#life += 1;
    this.#path = '';
    this.#underWay = false;
    this.#waiting = null;
  }

  /** Whether the answer shown belongs to an earlier question. */
  get outdated(): boolean {
    return this.loaded && this.loading;
  }

  retry(): void {
    this.ask(this.#path);
  }

  protected get path(): string {
    return this.#path;
  }

  /** Asks for `path`; the same path again does nothing. */
  protected start(host: Host, path: string): void {
    if (path === this.#path) return;
    this.#host = host;
    this.#path = path;
    this.ask(path);
  }

  protected ask(path: string): void {
    this.loading = true;
    this.error = null;
    this.#element.requestUpdate();
    if (this.#underWay) this.#waiting = path;
    else void this.#read(path);
  }

  /** @throws Error when the body is not what was asked for */
  protected abstract take(body: unknown, path: string): void;

  /** Forgets what an earlier question brought, since `path` brought nothing. */
  protected abstract drop(path: string): void;

  async #read(path: string): Promise<void> {
    const life = this.#life;
    this.#underWay = true;
    const answer = await this.#answer(path);
    if (life !== this.#life) return;
    this.#underWay = false;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null && waiting !== path) {
      void this.#read(waiting);
      return;
    }
    this.#settle(answer, path);
    this.loading = false;
    this.#element.requestUpdate();
  }

  async #answer(path: string): Promise<{ body: unknown } | { error: unknown }> {
    try {
      return { body: await this.#host?.get(path) };
    } catch (error) {
      return { error };
    }
  }

  #settle(answer: { body: unknown } | { error: unknown }, path: string): void {
    try {
      if ('error' in answer) throw answer.error;
      this.take(answer.body, path);
      this.loaded = true;
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
      this.drop(path);
    }
  }
}

/** One answer of the server, read again when its path changes. */
export class Resource<T> extends Reading {
  value: T | null = null;
  readonly #guard: Guard<T>;

  constructor(element: ReactiveControllerHost, guard: Guard<T>) {
    super(element);
    this.#guard = guard;
  }

  show(host: Host, path: string): void {
    this.start(host, path);
  }

  protected override take(body: unknown): void {
    if (!this.#guard(body)) throw new Error(UNREADABLE);
    this.value = body;
  }

  protected override drop(): void {
    this.value = null;
    this.loaded = false;
  }
}

/** A server-side list read page by page. */
export class PagedList<T> extends Reading {
  items: T[] = [];
  total = 0;
  readonly #guard: Guard<T>;
  #next: string | null = null;
  #first = '';

  constructor(element: ReactiveControllerHost, guard: Guard<T>) {
    super(element);
    this.#guard = guard;
  }

  /** Reads the first page of `path?query`; the same again does nothing. Empty query values are left out. */
  show(host: Host, path: string, query: Readonly<Record<string, string>> = {}): void {
    const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
    search.set('limit', String(PAGE_SIZE));
    this.#first = `${path}?${search}`;
    this.start(host, this.#first);
  }

  /** Reads the next page, if there is one and nothing is under way. */
  more(): void {
    if (this.loading || this.#next === null) return;
    this.ask(`${this.#first}&${this.#next}`);
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  protected override take(body: unknown, path: string): void {
    if (!isPageOf(this.#guard)(body)) throw new Error(UNREADABLE);
    this.items = path === this.#first ? body.items : [...this.items, ...body.items];
    this.total = body.total;
    this.#next = nextQuery(body);
  }

  /** A page that failed leaves those before it. */
  protected override drop(path: string): void {
    if (path !== this.#first) return;
    this.items = [];
    this.total = 0;
    this.#next = null;
    this.loaded = false;
  }
}

/** Lists continue after a cursor or at an offset. */
function nextQuery(page: { next_cursor?: string | null; next_offset?: number | null }): string | null {
  if (typeof page.next_cursor === 'string') return `cursor=${encodeURIComponent(page.next_cursor)}`;
  return typeof page.next_offset === 'number' ? `offset=${page.next_offset}` : null;
}
