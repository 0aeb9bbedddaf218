import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Host } from '../host/host.ts';
import type { Guard } from './guards.ts';

/** One answer of the server, read again when its path changes. */
export class Resource<T> implements ReactiveController {
  value: T | null = null;
  loading = false;
  error: string | null = null;

  readonly #element: ReactiveControllerHost;
  readonly #guard: Guard<T>;
  #host: Host | null = null;
  #path = '';
  #generation = 0;

  constructor(element: ReactiveControllerHost, guard: Guard<T>) {
    this.#element = element;
    this.#guard = guard;
    element.addController(this);
  }

  /** Needed by the interface; the resource has nothing to do when its element is attached. */
  hostConnected(): void {}

  hostDisconnected(): void {
    this.#generation += 1;
    this.#path = '';
  }

  /** Reads `path`; the same path again does nothing. */
  show(host: Host, path: string): void {
    if (path === this.#path) return;
    this.#path = path;
    this.#host = host;
    this.retry();
  }

  retry(): void {
    this.#generation += 1;
    void this.#read(this.#generation);
  }

  async #read(generation: number): Promise<void> {
    this.loading = true;
    this.error = null;
    this.#element.requestUpdate();
    try {
      const body = await this.#host?.get(this.#path);
      if (generation !== this.#generation) return;
      if (!this.#guard(body)) throw new Error('The scan server sent something this view cannot read.');
      this.value = body;
    } catch (error) {
      if (generation === this.#generation) this.error = error instanceof Error ? error.message : String(error);
    }
    if (generation !== this.#generation) return;
    this.loading = false;
    this.#element.requestUpdate();
  }
}
