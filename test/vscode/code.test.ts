import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import JSON5 from 'json5';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Editor, type Window } from './editor.ts';
import { generateWorkspace } from './generatedWorkspace.ts';

const FEATURES = 5;
const CONTROLLER = 'Item2Controller.cs';

/** One window, one story: each test goes on where the one before it has ended. */
describe('the code in VS Code', () => {
  let editor: Editor;
  let window: Window;
  let shop: string;

  beforeAll(async () => {
    editor = await Editor.start();
    editor.settings({ 'pinata.rescanOnSave': true, 'pinata.gutterMarks': true });
    shop = join(editor.folder, 'shop');
    await generateWorkspace(shop, FEATURES);
    window = await editor.open(shop);
  });
  afterAll(async () => editor.stop());

  function lens(text: string): Locator {
    return window.page.locator('.codelens-decoration', { hasText: text });
  }

  function code(text: string): Locator {
    return window.page.locator('.view-line', { hasText: text }).first();
  }

  it('offers before the first scan only what makes sense then', async () => {
    const titles = await window.offeredCommands('Pinata: ');
    expect(titles).toContain('Pinata: Scan Workspace');
    for (const later of ['Cancel Scan', 'Rescan Changed Files', 'Export Results…', 'Show Workflow at Cursor']) {
      expect(titles).not.toContain(`Pinata: ${later}`);
    }
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/operations/);
    await window.openFile(CONTROLLER);
    const more = await window.offeredCommands('Pinata: ');
    for (const now of ['Rescan Changed Files', 'Export Results…', 'Show Workflow at Cursor', 'Show Results']) {
      expect(more).toContain(`Pinata: ${now}`);
    }
    expect(more).not.toContain('Pinata: Cancel Scan');
  });

  it('says above endpoints and entities who calls them and what they write', async () => {
    await lens('1 caller · 1 workflow · writes Item2s').waitFor();
    await lens('table Item2s · 1 workflow · 2 writes').waitFor();
    await expect.poll(() => window.page.locator('.cgmr').count()).toBeGreaterThanOrEqual(2);
    await window.screenshot('code-lens');
  });

  it('shows the chain to the line below the pointer, with links to its hops', async () => {
    await window.hover(code('Item2s.Add'), 'Item2s');
    const hover = window.page.locator('.monaco-hover:visible', { hasText: 'Save on item2' });
    await hover.locator('a', { hasText: 'item2.component.html:3' }).waitFor();
    await window.screenshot('code-hover');
    await hover.locator('a', { hasText: 'item2.component.html:3' }).click();
    await window.page.locator('.tab[data-resource-name="item2.component.html"]').waitFor();
    await window.openFile(CONTROLLER);
  });

  it('keeps what it says beside its code while lines are put in above it, and drops it with its code', async () => {
    const line = async (text: string): Promise<string> => {
      await code(text).click();
      const place = await window.page.locator('[id="status.editor.selection"]').innerText();
      return /Ln (\d+)/.exec(place)?.[1] ?? '';
    };
    const before = Number(await line('[HttpPost]'));
    await window.page.keyboard.press('Control+Home');
    await window.page.keyboard.type('// one\n// two\n');
    await expect.poll(() => line('[HttpPost]')).toBe(String(before + 2));
    await lens('writes Item2s').waitFor();
    const distance = async (): Promise<number> => {
      const [mark, method] = [await lens('writes Item2s').boundingBox(), await code('[HttpPost]').boundingBox()];
      return (method?.y ?? 1000) - (mark?.y ?? 0);
    };
    await expect.poll(distance).toBeGreaterThan(0);
    await expect.poll(distance).toBeLessThan(40);
    await code('[HttpPost]').click({ clickCount: 3 });
    await window.page.keyboard.press('Delete');
    await lens('writes Item2s').waitFor({ state: 'detached' });
    await window.page.keyboard.press('Control+z');
    await lens('writes Item2s').waitFor();
  });

  it('leads from the cursor to the workflow in the panel', async () => {
    await code('Item2s.Add').click();
    await window.command('Pinata: Show Workflow at Cursor');
    const panel = await window.panel();
    await panel.getByText('Save on item2').first().waitFor();
    await panel.getByText('Item2Controller.cs:').first().waitFor();
    await window.screenshot('workflow-at-cursor');
  });

  it('finds what reads or writes the table at the cursor, and opens it', async () => {
    await window.openFile(CONTROLLER);
    await code('public class Item2').click();
    await window.command('Pinata: Find What Reads or Writes This Table');
    const use = window.quickPick.locator('.monaco-list-row', { hasText: 'context.Item2s.Add(item);' });
    await use.waitFor();
    await window.screenshot('table-uses');
    await use.click();
    await window.page.locator('[id="status.editor.selection"]', { hasText: /Ln (20|22)/ }).waitFor();
  });

  it('is scanned again after a save, without a sound, and the view counts what changed', async () => {
    const file = join(shop, 'api', 'Controllers', 'Item3Controller.cs');
    const source = await readFile(file, 'utf8');
    const endpoint = '    [HttpDelete]\n    public async Task Clear() => await context.Item3s.ExecuteDeleteAsync();\n';
    await window.openFile('Item3Controller.cs');
    await writeFile(file, source.replace('    [HttpPost]', `${endpoint}    [HttpPost]`));
    await lens('no caller found · 1 workflow · writes Item3s').waitFor();
    expect(await window.toasts.count()).toBe(0);
    await window.page.locator('.activitybar .action-item', { hasText: '1' }).locator('.badge-content').waitFor();
    await window.screenshot('rescanned');
  });

  it('is compared with the scan before', async () => {
    await window.command('Pinata: Compare with Previous Scan');
    const panel = await window.panel();
    await panel.getByText('DELETE /api/item3').first().waitFor();
    await window.screenshot('compared');
  });

  it('keeps in pinata.json what is said of a link in the panel', async () => {
    const panel = await window.panel();
    const judgement = {
      type: 'judge',
      id: 9000,
      verdict: 'wrong',
      root: 'shop',
      source: 'a',
      target: 'b',
      reason: 'test',
    };
    const answer = await window.askAsPanel(panel, judgement);
    expect(answer).toMatchObject({ ok: true, body: { done: true, file: 'pinata.json' } });
    const settings: unknown = JSON5.parse(await readFile(join(shop, 'pinata.json'), 'utf8'));
    expect(settings).toEqual({ suppressions: [{ source: 'a', target: 'b', reason: 'test' }] });
  });

  it('is a tree that can be filtered and grouped', async () => {
    await window.showView();
    const tree = window.page.locator('.pane-body .monaco-list', { hasText: 'Workflows' });
    const row = (text: string): Locator => tree.locator('.monaco-list-row', { hasText: text });
    await row('Workflows').first().waitFor();
    await window.viewAction('Filter Results…');
    await window.answer('Filter results', 'item4');
    await row('Tables').locator('.label-description', { hasText: /^1$/ }).waitFor();
    await row('Workflows').first().click();
    await row('Item4Component').first().click();
    await row('Save on item4').waitFor();
    await window.screenshot('tree-filtered');
    await window.viewAction('Clear Filter');
    await row('Tables').locator('.label-description', { hasText: /^5$/ }).waitFor();
  });

  it('can be exported to a file', async () => {
    await window.command('Pinata: Export Results…');
    await window.quickPick.locator('.monaco-list-row', { hasText: '.csv' }).click();
    const file = join(editor.folder, 'exported.csv');
    const box = window.quickPick.locator('.quick-input-box input');
    await window.page.locator('.quick-input-title', { hasText: 'Where the file goes' }).waitFor();
    // The dialog puts its own proposal in once it has read the folder.
    await expect.poll(() => box.inputValue()).toMatch(/pinata-shop\.csv$/);
    await window.quickPick.locator('.monaco-list-row', { hasText: 'api' }).first().waitFor();
    await box.fill(file);
    await window.quickPick.getByRole('button', { name: 'OK' }).click();
    await window.toasts.filter({ hasText: 'exported.csv' }).waitFor();
    const [header = '', ...lines] = (await readFile(file, 'utf8')).trim().split('\n');
    expect(header).toContain('kind');
    expect(lines.some((line) => line.includes('database_write') && line.includes('Item5Controller.cs'))).toBe(true);
  });
});
