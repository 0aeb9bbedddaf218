import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PanelState, ToHost } from '#protocol/webview.ts';
import { buildWebview } from '../../scripts/buildWebview.ts';
import { THEMES, violations } from './support/axe.ts';
import { eventually } from './support/eventually.ts';
import { launchBrowser, watchedPage, type WatchedPage } from './support/browser.ts';
import { SAMPLE, startPage } from './support/pageServer.ts';

const ARTEFACTS = path.join(import.meta.dirname, '../artefacts/panel');

/** The host side of the messages, as the extension relays them: state on `ready`, GETs to the real server. */
const HOST = `
  window.sent = [];
  window.acquireVsCodeApi = () => ({
    getState: () => JSON.parse(sessionStorage.getItem('state')),
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
    postMessage: async (message) => {
      window.sent.push(message);
      if (message.type === 'ready') window.showState(window.initialState);
      if (message.id !== undefined && message.type !== 'request') {
        window.postMessage({ type: 'response', id: message.id, ok: true, body: window.answer });
      }
      if (message.type !== 'request') return;
      const response = await fetch('/api/v1/scanner' + message.path);
      const body = await response.json();
      window.postMessage(response.ok
        ? { type: 'response', id: message.id, ok: true, body }
        : { type: 'response', id: message.id, ok: false, message: body.message });
    },
  });
  window.showState = (state) => window.postMessage({ type: 'state', state });
`;

describe('the panel on the messages of the extension', () => {
  let server: Awaited<ReturnType<typeof startPage>>;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  let done: PanelState;

  beforeAll(async () => {
    await buildWebview();
    mkdirSync(ARTEFACTS, { recursive: true });
    [server, browser] = await Promise.all([startPage(SAMPLE, []), launchBrowser()]);
    const context = await browser.newContext();
    const first = await context.newPage();
    await first.goto(server.address);
    const { scans } = await first.evaluate<{ scans: { scan_id: string; roots: PanelState['folders'] }[] }>(
      `fetch('/api/v1/scanner/scans').then((response) => response.json())`,
    );
    const scanId = scans[0]?.scan_id ?? '';
    const status = await first.evaluate<PanelState['status']>(
      `fetch('/api/v1/scanner/scan/${scanId}/status').then((response) => response.json())`,
    );
    done = {
      connection: 'connected',
      scan_id: scanId,
      status,
      results_scan_id: scanId,
      folders: scans[0]?.roots ?? [],
      problem: null,
    };
    await first.close();
    watched = await watchedPage(context);
    page = watched.page;
    await page.addInitScript(HOST);
    await page.addInitScript(`window.initialState = ${JSON.stringify(done)}`);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  beforeEach(async () => {
    watched.problems.length = 0;
    await page.goto(new URL('/', server.address).href);
    // Each test begins with a panel that was never open.
    await page.evaluate('sessionStorage.clear()');
    await page.reload();
    await page.getByRole('article').waitFor();
  });

  const sent = <T extends ToHost['type']>(type: T) =>
    page.evaluate<Extract<ToHost, { type: T }>[]>(`window.sent.filter((message) => message.type === '${type}')`);
  const show = (change: Partial<PanelState>) =>
    page.evaluate(`window.showState(${JSON.stringify({ ...done, ...change })})`);

  it('reads its lists by requests to the host alone', async () => {
    const paths = (await sent('request')).map((request) => request.path);
    expect(paths.some((each) => each.startsWith(`/scan/${done.scan_id}/workflows?`))).toBe(true);
    expect(paths).toContain(`/scan/${done.scan_id}/overview`);
    expect(watched.problems).toEqual([]);
  });

  it('asks the host to open the code of a hop', async () => {
    const place = page.locator('.hop .place').first();
    const [file, line] = [await place.getAttribute('data-file'), await place.getAttribute('data-line')];
    await page.locator('.hop').first().click();
    const [open] = await sent('open');
    expect([open?.file, String(open?.line)]).toEqual([file, line]);
    expect(open?.root).toBe('shop');
    expect(await page.locator('.source').count()).toBe(0);
  });

  it('has no tab for repositories: the open folders are what is scanned', async () => {
    expect(await page.getByRole('tab', { name: 'Repositories' }).count()).toBe(0);
  });

  it('shows progress, an unknown total and a problem as the state says, and sends what is pressed', async () => {
    const running = {
      ...done.status,
      status: 'scanning',
      progress: 42.3,
      files_scanned: 3761,
      total_files: 8898,
      eta_seconds: 38,
    } as PanelState['status'];
    await show({ status: running, scan_id: 'newer' });
    await page.getByText('3,761 / 8,898 files').waitFor();
    await page.getByText('42 %', { exact: true }).waitFor();
    await page.getByText('about 40 s left').waitFor();
    await page.getByText(/These are the results of an earlier scan of/).waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await show({ status: { ...running, status: 'discovering', progress: null } as PanelState['status'] });
    await page.getByRole('progressbar', { name: 'Finding files' }).waitFor();
    const problem = { message: 'The scan server ended.', actions: ['restart_server', 'show_log'] as const };
    await show({ connection: 'disconnected', problem: { ...problem, actions: [...problem.actions] } });
    await page.getByRole('alert').getByText('The scan server ended.').waitFor();
    await page.getByRole('button', { name: 'Restart server' }).click();
    expect((await sent('action')).map(({ action }) => action)).toEqual(['cancel', 'restart_server']);
  });

  it('shows why the host could not answer, and asks again', async () => {
    await show({ results_scan_id: 'unknown', scan_id: 'unknown' });
    const alert = page.locator('main').getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).not.toBe('');
    const before = (await sent('request')).length;
    await alert.getByRole('button', { name: 'Retry' }).click();
    await eventually(async () => (await sent('request')).length).toBeGreaterThan(before);
  });

  it('shows the tab of last time after it was hidden', async () => {
    await page.getByRole('tab', { name: 'Endpoints' }).click();
    await page.reload();
    await eventually(() => page.getByRole('tab', { selected: true }).textContent()).toContain('Endpoints');
  });

  it('brings into view what the host navigates to', async () => {
    await page.getByRole('tab', { name: 'Tables' }).click();
    await page.getByRole('button', { name: 'How the tables are related' }).click();
    await page.locator('.diagram-box').first().waitFor();
    await page.evaluate(`window.postMessage({ type: 'navigate', view: { tab: 'tables', table: 'Coupons' } })`);
    await page.getByRole('article', { name: 'Table Coupons' }).waitFor();
    expect(await page.getByRole('tab', { selected: true }).textContent()).toContain('Tables');
  });

  it('hands a verdict on a link to the host once its reason is written, and says where it went', async () => {
    await page.evaluate(`window.answer = { done: true, file: 'pinata.json' }`);
    const edge = page.locator('.edge').first();
    await edge.locator('summary').click();
    await edge.getByRole('button', { name: 'This link is right' }).first().click();
    const write = edge.getByRole('button', { name: 'Write it to pinata.json' });
    expect(await write.isDisabled()).toBe(true);
    await page.keyboard.type('seen in the log');
    expect(await sent('judge')).toEqual([]);
    await write.click();
    await edge.getByText('Written to pinata.json. The next scan takes it as certain.').waitFor();
    const [judge] = await sent('judge');
    expect(judge).toMatchObject({ verdict: 'right', root: 'shop', reason: 'seen in the log' });
    expect(judge?.source).not.toBe(judge?.target);
  });

  it('says that nothing was written when the user changed their mind', async () => {
    await page.evaluate(`window.answer = { done: false }`);
    const edge = page.locator('.edge').first();
    await edge.locator('summary').click();
    await edge.getByRole('button', { name: 'This link is wrong' }).first().click();
    await page.keyboard.type('no');
    await edge.getByRole('button', { name: 'Write it to pinata.json' }).click();
    await edge.getByText('Nothing was written.').waitFor();
  });

  it('saves exports and removes scans through the host', async () => {
    await page.evaluate(`window.answer = { done: true, file: 'shop.sarif' }`);
    await page.getByRole('tab', { name: 'Export' }).click();
    await page.getByRole('button', { name: 'Save: Findings for code scanning' }).click();
    await page.getByText('Findings for code scanning: saved to shop.sarif.').waitFor();
    expect(await sent('export')).toMatchObject([{ scan_id: done.scan_id, format: 'sarif' }]);
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('button', { name: /^Remove the scan of/ }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await eventually(async () => (await sent('delete_scan')).map((message) => message.scan_id)).toEqual([done.scan_id]);
  });

  it.each(THEMES)('has nothing that axe objects to while it scans, fails and waits, in %s', async (theme) => {
    await page.evaluate(`document.body.className = '${theme}'`);
    const scanning = { ...done.status, status: 'scanning', progress: 42, current_file: 'src/a.ts' } as const;
    const states: [string, Partial<PanelState>][] = [
      ['scanning', { status: scanning as PanelState['status'], scan_id: 'newer' }],
      ['finding files', { status: { ...scanning, status: 'discovering', progress: null } as PanelState['status'] }],
      ['disconnected', { connection: 'disconnected', problem: { message: 'It ended.', actions: ['restart_server'] } }],
      ['failed', { status: { ...done.status, status: 'error', error: 'disk full' } as PanelState['status'] }],
      ['never scanned', { scan_id: null, status: null, results_scan_id: null }],
      ['unknown scan', { results_scan_id: 'unknown', scan_id: 'unknown' }],
    ];
    for (const [name, state] of states) {
      await show(state);
      await page.waitForTimeout(300);
      expect(await violations(page), name).toEqual([]);
      await page.screenshot({ path: path.join(ARTEFACTS, `${name} ${theme}.png`) });
    }
  });

  it('shows code as text, whatever it holds', async () => {
    await show({ folders: [], problem: { message: '<img src=x onerror=alert(1)><script>1</script>', actions: [] } });
    await page.getByText('<img src=x onerror=alert(1)><script>1</script>').waitFor();
    expect(await page.locator('.problem img, .problem script').count()).toBe(0);
  });
});
