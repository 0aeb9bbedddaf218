import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildWebview } from '../../scripts/buildWebview.ts';
import { eventually } from './support/eventually.ts';
import { launchBrowser, watchedPage, type WatchedPage } from './support/browser.ts';
import { writeManyFiles } from './support/manyFiles.ts';
import { SAMPLE, startPage, temporaryFolder } from './support/pageServer.ts';

const TABS = ['Workflows', 'Overview', 'Operations', 'Endpoints', 'Tables', 'Not joined', 'Files', 'Repositories'];

describe('the page of npm start', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof startPage>>;
  let browser: Browser;
  let context: BrowserContext;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    await buildWebview();
    folder = temporaryFolder();
    writeManyFiles(path.join(folder, 'many'), 3000);
    writeManyFiles(path.join(folder, 'few'), 20);
    [server, browser] = await Promise.all([startPage(SAMPLE, [folder]), launchBrowser()]);
    context = await browser.newContext({ viewport: { width: 1400, height: 900 }, colorScheme: 'dark' });
    const first = await context.newPage();
    await first.goto(server.address);
    await first.close();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    watched = await watchedPage(context);
    page = watched.page;
    await page.goto(new URL('/', server.address).href);
    await page.getByRole('tab', { name: 'Workflows' }).waitFor();
  });

  afterEach(async () => {
    await page.close();
    expect(watched.problems).toEqual([]);
  });

  const openTab = (name: string) => page.getByRole('tab', { name }).click();

  const phase = (text: string) => page.locator('.progress-phase', { hasText: text }).waitFor();

  /** Brings the sample into view, whatever an earlier test has scanned. */
  async function showSample(): Promise<void> {
    await openTab('Repositories');
    await page.getByRole('button', { name: 'Show the last scan of shop' }).click();
    await page.getByRole('article').waitFor();
  }

  it('takes the one-time code once', async () => {
    const other = await browser.newContext();
    const response = await (await other.newPage()).goto(server.address);
    await other.close();
    expect(response?.status()).toBe(403);
  });

  it('lists the workflows of the folder, each with its chain', async () => {
    await showSample();
    const total = await page.getByText(/^\d+ workflows$/).textContent();
    expect(Number.parseInt(total ?? '', 10)).toBeGreaterThan(5);
    await page.getByRole('listitem').filter({ hasText: 'Place order' }).getByRole('button').click();
    const hops = page.getByRole('list', { name: 'Hops of the workflow' }).locator('.hop');
    expect(await hops.count()).toBeGreaterThan(4);
    expect(await hops.first().innerText()).toContain('UI action');
  });

  it('opens the source of a hop at its line', async () => {
    await showSample();
    await page.getByRole('listitem').filter({ hasText: 'Place order' }).getByRole('button').click();
    const hop = page.locator('.hop').filter({ hasText: 'HTTP call' }).first();
    const place = await hop.locator('.place').getAttribute('title');
    const [, file = '', line = ''] = /^(.*):(\d+)$/.exec(place ?? '') ?? [];
    await hop.click();
    const target = page.locator('.source-line.is-target');
    await target.waitFor();
    const expected = readFileSync(path.join(SAMPLE, file), 'utf8').split('\n')[Number(line) - 1];
    expect(await target.locator('code').textContent()).toBe(expected);
    expect(await target.locator('.source-number').textContent()).toBe(line);
    expect(await target.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await target.waitFor({ state: 'detached' });
    expect(await page.locator('.hop:focus .place').getAttribute('title')).toBe(place);
  });

  it('shows the rule and the proof of an edge on demand', async () => {
    await showSample();
    await page.getByRole('listitem').filter({ hasText: 'Place order' }).getByRole('button').click();
    const edge = page.locator('.edge').filter({ hasText: 'requests' }).first();
    await edge.locator('summary').click();
    await edge.getByText('From', { exact: true }).waitFor();
    const from = edge.locator('.evidence .place').first();
    expect(await from.getAttribute('title')).toMatch(/order\.service\.ts:\d+$/);
  });

  it('narrows the operations by text and by kind', async () => {
    await showSample();
    await openTab('Operations');
    const total = page.getByText(/^[\d,]+ operations?$/);
    await total.waitFor();
    const all = await total.textContent();
    await page.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: /^Endpoint/ }).click();
    await page.waitForURL(/operations\.kind=api_endpoint/);
    await eventually(() => total.textContent()).not.toBe(all);
    const kinds = await page.locator('.body-row .cell-text').allTextContents();
    expect(new Set(kinds)).toEqual(new Set(['Endpoint']));
    await page.getByRole('textbox', { name: 'Search name, target or file' }).fill('coupon');
    await eventually(() => page.locator('.body-row').count()).toBe(2);
    await page.getByRole('textbox', { name: 'Search name, target or file' }).fill('no such thing');
    await page.getByRole('button', { name: 'Clear' }).click();
    await eventually(() => total.textContent()).toBe(all);
  });

  it('sorts the operations and says so', async () => {
    await showSample();
    await openTab('Operations');
    const head = page.getByRole('columnheader', { name: 'Operation' });
    await head.getByRole('button').click();
    await eventually(() => head.getAttribute('aria-sort')).toBe('ascending');
    await head.getByRole('button').click();
    await eventually(() => head.getAttribute('aria-sort')).toBe('descending');
  });

  it('lets the keyboard reach every tab and every row', async () => {
    await showSample();
    await page.getByRole('tab', { name: 'Workflows' }).focus();
    for (const name of [...TABS.slice(1), TABS[0] ?? '']) {
      await page.keyboard.press('ArrowRight');
      await eventually(() => page.getByRole('tab', { selected: true }).textContent()).toContain(name);
      expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('tab');
    }
    const rows = page.locator('.pane-list [data-row]');
    await rows.first().waitFor();
    await eventually(() => page.locator('.pane-list [data-row][tabindex="0"]').count()).toBe(1);
    await page.locator('.pane-list [data-row][tabindex="0"]').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await eventually(() => page.evaluate('document.activeElement.dataset.row')).toBe('1');
    await page.keyboard.press('Enter');
    await eventually(() => rows.nth(1).getAttribute('aria-current')).toBe('true');
  });

  it('keeps the view over a reload', async () => {
    await showSample();
    await openTab('Endpoints');
    await page.getByRole('textbox', { name: 'Search routes' }).fill('coupon');
    await page.waitForURL(/endpoints\.text=coupon/);
    await page.reload();
    await eventually(() => page.getByRole('textbox', { name: 'Search routes' }).inputValue()).toBe('coupon');
    expect(await page.getByRole('tab', { selected: true }).textContent()).toContain('Endpoints');
    await page.getByText('2 endpoints').waitFor();
  });

  it('fits into 320 pixels on every tab without scrolling sideways', async () => {
    await showSample();
    await page.setViewportSize({ width: 320, height: 640 });
    for (const name of TABS) {
      await openTab(name);
      await page.waitForTimeout(200);
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(320);
      expect(await page.evaluate('document.querySelector("main").scrollWidth'), name).toBeLessThanOrEqual(320);
    }
  });

  it('starts a scan from the list of repositories and follows it to its end', async () => {
    await openTab('Repositories');
    await page.getByRole('button', { name: 'Scan few' }).click();
    await phase('Completed');
    await openTab('Operations');
    await page.getByText('400 operations').waitFor();
  });

  it('reads on when a long list is scrolled, with only the rows in sight in the document', async () => {
    await openTab('Repositories');
    await page.getByRole('button', { name: 'Scan few' }).click();
    await phase('Completed');
    await openTab('Operations');
    await page.getByText('400 operations').waitFor();
    const last = page.locator('.body-row[aria-rowindex="401"]');
    await eventually(async () => {
      await page.evaluate(`document.querySelector('.table .scroller').scrollTop = 1e6`);
      return last.count();
    }).toBe(1);
    expect(await page.locator('.body-row').count()).toBeLessThan(100);
  });

  it('says why a list is empty', async () => {
    await openTab('Repositories');
    await page.getByRole('button', { name: 'Scan few' }).click();
    await phase('Completed');
    await openTab('Endpoints');
    await page.getByText('20 files read, 400 HTTP calls, 0 endpoints.').waitFor();
  });

  it('shows the progress of a scan and cancels it', async () => {
    await openTab('Repositories');
    await page.getByRole('button', { name: 'Scan many' }).click();
    await phase('Reading files');
    await page.getByText(/^[\d,]+ \/ 3,00\d files$/).waitFor();
    const bar = page.getByRole('progressbar', { name: 'Scan progress' });
    await eventually(() => bar.getAttribute('aria-valuetext')).toMatch(/^Reading files [1-9]\d* %$/);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await phase('Cancelled, results so far');
    await page.getByRole('button', { name: 'Scan again' }).waitFor();
  });

  it('keeps the results of the last scan readable while a new one runs, and marks them', async () => {
    await openTab('Repositories');
    await page.getByRole('button', { name: 'Scan few' }).click();
    await phase('Completed');
    await openTab('Operations');
    await page.getByText('400 operations').waitFor();
    await page.getByRole('button', { name: 'Scan again' }).click();
    await page.getByText('These are the results of an earlier scan.').waitFor();
    expect(await page.getByText('400 operations').isVisible()).toBe(true);
    await phase('Completed');
    await page.getByText('These are the results of an earlier scan.').waitFor({ state: 'detached' });
  });

  it('switches through the four themes and keeps the choice', async () => {
    const theme = () => page.evaluate('document.body.dataset.vscodeThemeKind');
    expect(await theme()).toBe('vscode-dark');
    const seen = [];
    for (let press = 0; press < 4; press += 1) {
      await page.getByRole('button', { name: /^Theme:/ }).click();
      seen.push(await theme());
    }
    expect(seen).toEqual(['vscode-high-contrast', 'vscode-high-contrast-light', 'vscode-light', 'vscode-dark']);
    await page.reload();
    expect(await theme()).toBe('vscode-dark');
  });
});
