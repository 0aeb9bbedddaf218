import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, watchedPage, type WatchedPage } from './browser.ts';
import { eventually } from './eventually.ts';
import { SAMPLE, startPage } from './pageServer.ts';

/** The page of the sample workspace, scanned, in a browser of its own. */
export class SamplePage {
  #server: Awaited<ReturnType<typeof startPage>> | undefined;
  #browser: Browser | undefined;
  #context: BrowserContext | undefined;
  address = '';

  async start(): Promise<void> {
    [this.#server, this.#browser] = await Promise.all([startPage(SAMPLE, []), launchBrowser()]);
    this.#context = await this.#browser.newContext({ viewport: { width: 1400, height: 900 }, acceptDownloads: true });
    const first = await this.#context.newPage();
    await first.goto(this.#server.address);
    await first.close();
    this.address = new URL('/', this.#server.address).href;
  }

  /** A new page on the sample, at these view values. */
  async open(view: Record<string, string> = {}, theme = 'vscode-dark'): Promise<WatchedPage> {
    if (!this.#context) throw new Error('the page is not started');
    const watched = await watchedPage(this.#context);
    await watched.page.addInitScript(`localStorage.setItem('pinata.theme', '${theme}')`);
    await watched.page.goto(`${this.address}#${new URLSearchParams(view).toString()}`);
    await watched.page.locator('pinata-app main').waitFor();
    return watched;
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#server?.stop();
  }
}

/** Waits until nothing on the page is loading any more. */
export async function settled(page: Page): Promise<void> {
  // The page's own policy forbids what `waitForFunction` does.
  await eventually(() => page.evaluate(QUIET)).toBe(true);
}

const QUIET = `document.querySelector('.progress-facts .fact') !== null &&
  document.querySelector('main vscode-progress-ring, main [aria-busy=true]') === null &&
  document.querySelector('#view')?.childElementCount > 0`;
