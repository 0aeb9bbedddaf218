import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_PREFIX } from '#protocol/http.ts';
import { buildWebview } from '../../scripts/buildWebview.ts';
import { eventually } from './support/eventually.ts';
import { launchBrowser } from './support/browser.ts';
import { writeManyFiles } from './support/manyFiles.ts';
import { type RunningServer, startServer, temporaryFolder } from './support/pageServer.ts';
import { SeverableProxy } from './support/severableProxy.ts';

describe('the page on a network that fails', () => {
  const proxy = new SeverableProxy();
  let folder: string;
  let server: RunningServer;
  let browser: Browser;
  let address: string;
  let cookie: string;

  beforeAll(async () => {
    await buildWebview();
    folder = temporaryFolder();
    writeManyFiles(path.join(folder, 'many'), 6000);
    address = `http://127.0.0.1:${await proxy.listen()}`;
    [server, browser] = await Promise.all([startServer([folder], new URL(address).host), launchBrowser()]);
    const ready: unknown = JSON.parse(server.ready[0]);
    const { address: direct, token } = ready as { address: string; token: string };
    proxy.relayTo(Number(new URL(direct).port));
    const session = await fetch(`${address}${API_PREFIX}/session`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    cookie = session.headers.get('set-cookie') ?? '';
  });

  afterAll(async () => {
    await browser?.close();
    await proxy.close();
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** A page with a running scan in view. */
  async function watchingPage(): Promise<Page> {
    const context = await browser.newContext();
    const [, name = '', value = ''] = /^([^=]+)=([^;]+)/.exec(cookie) ?? [];
    await context.addCookies([{ name, value, url: address, httpOnly: true, sameSite: 'Strict' }]);
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(address);
    await page.getByRole('tab', { name: 'Repositories' }).click();
    await page.getByRole('button', { name: 'Scan many' }).click();
    await page.locator('.progress-phase', { hasText: 'Reading files' }).waitFor();
    return page;
  }

  async function cancelScan(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.locator('.progress-phase', { hasText: 'Cancelled' }).waitFor();
  }

  it('says that it reconnects, and follows the scan to its end once the network is back', async () => {
    const page = await watchingPage();
    proxy.sever();
    const connection = page.locator('.connection');
    await connection.getByText('Reconnecting').waitFor();
    const stale = await page.locator('.progress-facts').textContent();
    proxy.restore();
    await connection.getByText('Connected').waitFor();
    await eventually(() => page.locator('.progress-facts').textContent()).not.toBe(stale);
    await cancelScan(page);
    await page.close();
  });

  it('asks for the status after ten tries in vain, and connects again on Retry', async () => {
    const page = await watchingPage();
    proxy.sever();
    const connection = page.locator('.connection');
    await connection.getByText('Reconnecting').waitFor();
    await eventually(async () => {
      await page.clock.fastForward(26_000);
      return connection.innerText();
    }).toBe('Disconnected');
    const alert = page.getByRole('alert');
    expect(await alert.innerText()).toContain('The connection to the scan server is lost.');
    const stale = await page.locator('.progress-facts').textContent();
    proxy.restore();
    await page.clock.fastForward(6000);
    await eventually(() => page.locator('.progress-facts').textContent()).not.toBe(stale);
    await alert.getByRole('button', { name: 'Retry' }).click();
    await connection.getByText('Connected').waitFor();
    await alert.waitFor({ state: 'detached' });
    await cancelScan(page);
    await page.close();
  });
});
