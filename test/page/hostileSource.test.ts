import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWebview } from '../../scripts/buildWebview.ts';
import { launchBrowser, watchedPage, type WatchedPage } from './support/browser.ts';
import { startPage, temporaryFolder } from './support/pageServer.ts';

const SCRIPT = '<img src=x onerror=window.broken=1><script>window.broken=1<\\/script>';
const TABS = ['Workflows', 'Overview', 'Endpoints', 'Tables', 'Operations', 'Not linked', 'Files', 'History'];

/** Code that says in every place it can what a browser would run if it were taken for HTML. */
const FILES: Record<string, string> = {
  '<img src=x onerror=window.broken=1>.ts': `export const load = () => fetch('/api/${SCRIPT}'); // ${SCRIPT}\n`,
  '"><svg onload=window.broken=1>.ts': `export const save = () => fetch("/x?javascript:window.broken=1", { method: 'POST' });\n`,
  'Orders.cs': `using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using System.ComponentModel.DataAnnotations.Schema;
[Table("<img src=x onerror=window.broken=1>")]
public class Order { public int Id { get; set; } }
public class Shop : DbContext { public DbSet<Order> Orders { get; set; } = null!; }
[ApiController]
[Route("api/<img src=x onerror=window.broken=1>")]
public class OrdersController(Shop shop) : ControllerBase {
  [HttpGet] public async Task<List<Order>> List() => await shop.Orders.FromSqlRaw("SELECT '<script>window.broken=1</script>'").ToListAsync();
}
`,
  'page.component.html':
    '<button (click)="go()" title="<img src=x onerror=window.broken=1>">&lt;img src=x onerror=window.broken=1&gt;</button>\n',
};

describe('names and code that are HTML', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof startPage>>;
  let browser: Browser;
  let watched: WatchedPage;

  beforeAll(async () => {
    await buildWebview();
    folder = temporaryFolder();
    mkdirSync(path.join(folder, '<b>shop'));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(folder, '<b>shop', name), text);
    [server, browser] = await Promise.all([startPage(path.join(folder, '<b>shop'), []), launchBrowser()]);
    watched = await watchedPage(await browser.newContext({ viewport: { width: 1400, height: 900 } }));
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('are shown as text in every tab and run nowhere', async () => {
    const { page, problems } = watched;
    await page.goto(server.address);
    const tab = (name: string) => page.getByRole('tab', { name: new RegExp(`^${name}(\\s*[\\d,]+)?$`) });
    await tab('Workflows').waitFor();
    for (const name of TABS) {
      await tab(name).click();
      await page.waitForTimeout(300);
      const row = page.locator('.row, [role="row"], [role="option"], .place').first();
      if (await row.isVisible()) await row.click();
      expect(await page.evaluate('window.broken')).toBeUndefined();
      expect(await page.locator('img[onerror], svg[onload]').count()).toBe(0);
    }
    await tab('Operations').click();
    await page.getByText('onerror=window.broken=1').first().waitFor();
    expect(problems).toEqual([]);
  });
});
