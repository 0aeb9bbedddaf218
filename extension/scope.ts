/** Anything with an end; `vscode.Disposable` is one. */
export interface Owned {
  dispose(): unknown;
}

/**
 * Owner of things that end together, last in first out. Two live in the extension: one as long as the extension, one
 * as long as a connection to a server. What is added after the end is ended at once.
 */
export class Scope implements Owned {
  readonly #onError: (error: unknown) => void;
  #items: Owned[] = [];
  #ended = false;

  /** @param onError told what a failing `dispose` threw; the others are ended all the same. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add<T extends Owned>(item: T): T {
    if (this.#ended) void this.#end(item);
    else this.#items.push(item);
    return item;
  }

  onEnd(action: () => unknown): void {
    this.add({ dispose: action });
  }

  /** Resolves when everything has ended, also what ends asynchronously. */
  async dispose(): Promise<void> {
    this.#ended = true;
    const items = this.#items.toReversed();
    this.#items = [];
    for (const item of items) await this.#end(item);
  }

  async #end(item: Owned): Promise<void> {
    try {
      await item.dispose();
    } catch (error) {
      this.#onError(error);
    }
  }
}
