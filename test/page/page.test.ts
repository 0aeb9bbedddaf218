import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildWebview } from '../../scripts/buildWebview.ts';
import { eventually } from './support/eventually.ts';
import { launchBrowser, watchedPage, type WatchedPage } from './support/browser.ts';
import { writeManyFiles } from './support/manyFiles.ts';
import { SAMPLE, startPage, temporaryFolder } from './support/pageServer.ts';

const TABS = [
  'Workflows',
  'Overview',
  'Pages & components',
  'Endpoints',
  'Messages & schedules',
  'Tables',
  'Files & caches',
  'Operations',
  'Not linked',
  'Files',
  'History',
  'Export',
  'Repositories',
];

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
    writeManyFiles(path.join(folder, 'some'), 600);
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
    await tab('Workflows').waitFor();
  });

  afterEach(async () => {
    await page.close();
    expect(watched.problems).toEqual([]);
  });

  /** A tab by its name alone; the number beside it is part of what is read out. */
  const tab = (name: string) => page.getByRole('tab', { name: new RegExp(`^${name}(\\s*[\\d,]+)?$`) });
  const openTab = (name: string) => tab(name).click();
  const listed = (text: string) => page.locator('.list-count', { hasText: text }).waitFor();
  const placeOf = async (within: Locator): Promise<{ file: string; line: string }> => {
    const place = within.locator('.place').first();
    return { file: (await place.getAttribute('data-file')) ?? '', line: (await place.getAttribute('data-line')) ?? '' };
  };

  const phase = (text: string) => page.locator('.progress-phase', { hasText: text }).waitFor();

  /** Brings the sample into view, whatever an earlier test has scanned. */
  async function showSample(): Promise<void> {
    await openTab('Repositories');
    await page.getByRole('button', { name: 'Show the last scan of shop' }).click();
    await page.getByRole('article').waitFor();
  }

  async function choosePlaceOrder(): Promise<void> {
    await page.getByRole('listitem').filter({ hasText: 'Place order' }).getByRole('button').click();
    await page.getByRole('article', { name: 'Workflow Place order on checkout' }).waitFor();
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
    await choosePlaceOrder();
    const hops = page.getByRole('list', { name: 'Hops of the workflow' }).locator('.hop');
    expect(await hops.count()).toBeGreaterThan(4);
    expect(await hops.first().innerText()).toContain('UI action');
  });

  it('opens the source of a hop at its line', async () => {
    await showSample();
    await choosePlaceOrder();
    const hop = page.locator('.hop').filter({ hasText: 'HTTP call' }).first();
    const { file, line } = await placeOf(hop);
    await hop.click();
    // The code shown on hover would take the Escape key first.
    await page.mouse.move(0, 0);
    const target = page.locator('.source-line.is-target');
    await target.waitFor();
    const expected = readFileSync(path.join(SAMPLE, file), 'utf8').split('\n')[Number(line) - 1];
    expect(await target.locator('code').textContent()).toBe(expected);
    expect(await target.locator('.source-number').textContent()).toBe(line);
    expect(await target.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await target.waitFor({ state: 'detached' });
    expect(await placeOf(page.locator('.hop:focus'))).toEqual({ file, line });
  });

  it('shows the rule and the proof of an edge on demand', async () => {
    await showSample();
    await choosePlaceOrder();
    const edge = page.locator('.edge').filter({ hasText: 'requests' }).first();
    await edge.locator('summary').click();
    await edge.getByText('From', { exact: true }).waitFor();
    const { file, line } = await placeOf(edge.locator('.evidence'));
    expect(file).toMatch(/order\.service\.ts$/);
    const source = readFileSync(path.join(SAMPLE, file), 'utf8').split('\n')[Number(line) - 1];
    await edge.locator('.proof-line', { hasText: source?.trim() ?? '' }).waitFor();
    await edge.getByText('http_route').waitFor();
    await edge.getByText(/is served by .*apiUrl = \/api/).waitFor();
  });

  it('shows what a verdict on a link would write, and writes nothing', async () => {
    await showSample();
    await choosePlaceOrder();
    const edge = page.locator('.edge').filter({ hasText: 'requests' }).first();
    await edge.locator('summary').click();
    await edge.getByRole('button', { name: 'This link is wrong' }).click();
    await page.keyboard.type('another API of the same path');
    const entry: unknown = JSON.parse((await edge.locator('.verdict-entry').textContent()) ?? '');
    expect(entry).toEqual({
      suppressions: [
        { source: expect.any(String), target: expect.any(String), reason: 'another API of the same path' },
      ],
    });
    expect(existsSync(path.join(SAMPLE, 'pinata.json'))).toBe(false);
  });

  it('narrows the operations by text and by kind', async () => {
    await showSample();
    await openTab('Operations');
    const total = page.locator('.list-count');
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
    await tab('Workflows').focus();
    for (const name of [...TABS.slice(1), TABS[0] ?? '']) {
      await page.keyboard.press('ArrowDown');
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

  it('goes from view to view by a drop-down where there is no room for a column', async () => {
    await showSample();
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole('combobox', { name: 'View' }).click();
    await page.getByRole('option', { name: 'Tables' }).click();
    await page.getByRole('textbox', { name: 'Search tables' }).waitFor();
  });

  it('shows the code around a place on hover, and closes it with Escape', async () => {
    await showSample();
    await choosePlaceOrder();
    const hop = page.locator('.hop').filter({ hasText: 'HTTP call' }).first();
    const { file, line } = await placeOf(hop);
    await hop.hover();
    const shown = page.locator('.snippet-hover .is-target code');
    await shown.waitFor();
    const source = readFileSync(path.join(SAMPLE, file), 'utf8').split('\n')[Number(line) - 1];
    expect(await shown.textContent()).toBe(source);
    await page.keyboard.press('Escape');
    await shown.waitFor({ state: 'detached' });
  });

  it('leaves a proof that was opened in one workflow closed in the next', async () => {
    await showSample();
    await choosePlaceOrder();
    await page.locator('.edge').first().locator('summary').click();
    await page.locator('.edge[open] .proof').first().waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Apply coupon' }).getByRole('button').click();
    await page.getByRole('article', { name: 'Workflow Apply coupon on checkout' }).waitFor();
    expect(await page.locator('.edge[open]').count()).toBe(0);
  });

  it('groups the workflows and opens a group', async () => {
    await showSample();
    await page.getByRole('combobox', { name: 'Group by' }).click();
    await page.getByRole('option', { name: 'By table' }).click();
    const group = page.locator('.pane-list').getByRole('button', { name: /^shop_orders/ });
    await group.click();
    await eventually(() => group.getAttribute('aria-expanded')).toBe('true');
    const rows = page.locator('.pane-list .in-group .row-note');
    await eventually(() => rows.count()).toBeGreaterThan(1);
    for (const note of await rows.allTextContents()) expect(note).toContain('shop_orders');
  });

  it('shows a removed scan no more, and asks before', async () => {
    await showSample();
    await openTab('History');
    const rows = page.locator('.scan-row');
    await rows.first().waitFor();
    const once = await rows.count();
    await page.getByRole('button', { name: 'Scan again' }).click();
    await eventually(() => rows.filter({ hasText: 'Completed' }).count()).toBe(once + 1);
    const before = once + 1;
    await rows
      .last()
      .getByRole('button', { name: /^Remove the scan of/ })
      .click();
    await page.getByRole('button', { name: 'Keep' }).click();
    expect(await rows.count()).toBe(before);
    await rows
      .last()
      .getByRole('button', { name: /^Remove the scan of/ })
      .click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await eventually(() => rows.count()).toBe(before - 1);
  });

  it('lets two pages look at different scans without disturbing each other', async () => {
    await showSample();
    await openTab('Repositories');
    const other = await watchedPage(context);
    await other.page.goto(new URL('/', server.address).href);
    await other.page.getByRole('tab', { name: 'Repositories' }).click();
    await other.page.getByRole('button', { name: 'Scan few' }).click();
    await other.page.locator('.progress-phase', { hasText: 'Completed' }).waitFor();
    await other.page.getByRole('tab', { name: 'Operations' }).click();
    await other.page.locator('.list-count', { hasText: '400 operations' }).waitFor();
    await openTab('Overview');
    await page.getByRole('button', { name: /^\d+\s*Endpoints$/ }).waitFor();
    expect(await page.locator('.title-folder').textContent()).toBe('shop');
    expect(await other.page.locator('.title-folder').textContent()).toBe('few');
    await other.page.close();
    expect(other.problems).toEqual([]);
  });

  it('starts a scan from the list of repositories and follows it to its end', async () => {
    await openTab('Repositories');
    await page.getByRole('button', { name: 'Scan few' }).click();
    await phase('Completed');
    await openTab('Operations');
    await listed('400 operations');
  });

  it('reads on when a long list is scrolled, with only the rows in sight in the document', async () => {
    await openTab('Repositories');
    await page.getByRole('button', { name: 'Scan few' }).click();
    await phase('Completed');
    await openTab('Operations');
    await listed('400 operations');
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
    await page.getByRole('button', { name: 'Scan some' }).click();
    await phase('Completed');
    await openTab('Operations');
    await listed('12,000 operations');
    // Something changes, so that the earlier result is not simply taken again.
    writeManyFiles(path.join(folder, 'some'), 700);
    await page.getByRole('button', { name: 'Scan again' }).click();
    await page.getByText(/These are the results of an earlier scan of .* A newer scan is running\./).waitFor();
    expect(await page.locator('.list-count').textContent()).toBe('12,000 operations');
    await listed('14,000 operations');
    await page.getByText(/These are the results of an earlier scan/).waitFor({ state: 'detached' });
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
