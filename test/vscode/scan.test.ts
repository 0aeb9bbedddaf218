import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breachesInPanel, Editor, shownInPanel, type Window } from './editor.ts';
import { generateWorkspace } from './generatedWorkspace.ts';

/** One window, one story: each test goes on where the one before it has ended. */
describe('a workspace in VS Code', () => {
  let editor: Editor;
  let window: Window;
  const requests: string[] = [];

  beforeAll(async () => {
    editor = await Editor.start();
    const shop = join(editor.folder, 'shop');
    await generateWorkspace(shop, 100);
    window = await editor.open(shop);
    window.page.on('request', (request) => requests.push(request.url()));
  });
  afterAll(async () => editor.stop());

  it('starts no process before it is asked for something', async () => {
    expect(await window.statusText()).toBe('Pinata');
    expect(editor.pinataProcesses()).toEqual([]);
  });

  it('is scanned from the palette, and the status bar moves to the number of operations', async () => {
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/operations/);
    const shown = await window.shownStatus();
    expect(shown[0]).toBe('Pinata');
    expect(shown.some((text) => /^(Pinata: connecting…|queued…|finding files…|\d+% · .*)$/.test(text))).toBe(true);
    expect(shown.at(-1)).toMatch(/^\d[\d,]* operations$/);
    expect(await window.toasts.count()).toBe(0);
  });

  it('is shown in the panel, which has reached the end without ever going back', async () => {
    const panel = await window.panel();
    await panel.locator('.progress-phase', { hasText: 'Completed' }).waitFor();
    const percentages = (await shownInPanel(panel, 'percent')).map((text) => Number.parseInt(text, 10));
    expect(percentages).toEqual(percentages.toSorted((a, b) => a - b));
    expect(await panel.locator('.progress-line').innerText()).toContain('301 files');
    expect(await breachesInPanel(panel)).toEqual([]);
    await window.screenshot('completed');
  });

  it('opens the line of an operation that is clicked in the panel, beside it', async () => {
    const panel = await window.panel();
    await panel.getByRole('tab', { name: 'Operations' }).click();
    await panel.locator('pinata-operations vscode-text-field input').fill('item7.component.ts');
    const row = panel.locator('.body-row', { hasText: 'HTTP call' }).filter({ hasText: 'item7.component.ts' });
    await row.filter({ hasText: ':8' }).locator('.row-link').click();
    await window.page.locator('.tab[data-resource-name="item7.component.ts"]').waitFor();
    await window.page.locator('[id="status.editor.selection"]', { hasText: 'Ln 8,' }).waitFor();
    await window.screenshot('opened-from-panel');
  });

  it('is a tree in the activity bar, whose lines open code too', async () => {
    await window.page.locator('.activitybar .action-label[aria-label^="Pinata"]').click();
    const tree = window.page.locator('.pane-body .monaco-list', { hasText: 'Workflows' });
    await tree.locator('.monaco-list-row', { hasText: 'Endpoints' }).click();
    await tree.getByText('Item10Controller.cs:17').first().waitFor();
    await window.screenshot('tree');
    await tree.getByText('Item10Controller.cs:17').first().click();
    await window.page.locator('.tab[data-resource-name="Item10Controller.cs"]').waitFor();
    await window.page.locator('[id="status.editor.selection"]', { hasText: 'Ln 17,' }).waitFor();
  });

  it('is found again after the window was reloaded', async () => {
    await window.reload();
    await window.waitForStatus(/operations/);
    const panel = await window.panel();
    await panel.locator('.progress-phase', { hasText: 'Completed' }).waitFor();
    await panel.locator('.row-link', { hasText: '/api/item7' }).waitFor();
    expect(await window.toasts.count()).toBe(0);
    await window.screenshot('reloaded');
  });

  it('is in the history', async () => {
    await window.command('Pinata: Show Scan History');
    const row = window.quickPick.locator('.monaco-list-row', { hasText: 'shop' });
    await row.filter({ hasText: '301 files' }).first().waitFor();
    await window.screenshot('history');
    await row.first().click();
    await window.quickPick.waitFor({ state: 'hidden' });
    await (await window.panel()).locator('.progress-phase', { hasText: 'Completed' }).waitFor();
  });

  it('can be diagnosed in a report to copy', async () => {
    await window.command('Pinata: Diagnose');
    const report = await window.dialog.innerText();
    expect(report).toContain('store sqlite');
    expect(report).toMatch(/Log: \//);
    await window.screenshot('diagnosis');
    await window.dialog.getByRole('button', { name: 'Copy' }).click();
    const copied = (): Promise<unknown> => window.page.evaluate('navigator.clipboard.readText()');
    await expect.poll(copied).toContain('bus memory');
  });

  it('caused no request to anywhere but this machine', () => {
    // The service worker of the workbench answers requests to the last one, without any network.
    const own =
      /^(http:\/\/127\.0\.0\.1:|ws:\/\/127\.0\.0\.1:|data:|blob:|https:\/\/[^/]*vscode-resource\.vscode-cdn\.net\/)/;
    expect(requests.filter((url) => !own.test(url))).toEqual([]);
  });
});
