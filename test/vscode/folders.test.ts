import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Editor } from './editor.ts';
import { generateWorkspace } from './generatedWorkspace.ts';

const FEATURES = 5;

describe('the folders that are scanned', () => {
  let editor: Editor;
  let shop: string;

  beforeAll(async () => {
    editor = await Editor.start({ askForTrust: true });
    shop = join(editor.folder, 'shop');
    await generateWorkspace(shop, FEATURES);
  });
  afterAll(async () => editor.stop());

  it('are all folders of the workspace, joined in one graph', async () => {
    const file = join(editor.folder, 'both.code-workspace');
    await writeFile(file, JSON.stringify({ folders: [{ path: 'shop/web' }, { path: 'shop/api' }] }));
    const window = await editor.open(file);
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/operations/);
    const panel = await window.panel();
    await panel.getByText('Save on item1', { exact: true }).first().click();
    await panel.locator('[data-file="item1.component.ts"][data-line="8"]:visible').first().waitFor();
    await panel.locator('[data-file="Controllers/Item1Controller.cs"][data-line="20"]:visible').first().waitFor();
    await window.screenshot('two-folders');
    await window.close();
  });

  it('are read without trust, while settings of the workspace cannot choose the server', async () => {
    await mkdir(join(shop, '.vscode'), { recursive: true });
    const settings = {
      'pinata.server.url': 'http://127.0.0.1:9',
      'pinata.redisUrl': 'redis://127.0.0.1:9',
      'files.exclude': { '**/*.html': true },
      'pinata.exclude': ['api/'],
    };
    await writeFile(join(shop, '.vscode', 'settings.json'), JSON.stringify(settings));
    const window = await editor.open(shop);
    await window.page.locator('[id="status.workspaceTrust"]').waitFor();
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/operations/);
    expect(editor.pinataProcesses().filter(({ command }) => command.includes(' serve '))).toHaveLength(1);
    // Of the two settings that leave files out, the editor itself follows the first one in an untrusted folder.
    const panel = await window.panel();
    await panel.locator('.progress-line', { hasText: `${2 * FEATURES + 1} files` }).waitFor();
    await window.screenshot('restricted');
    await window.close();
  });

  it('can be one folder, from the menu of the explorer', async () => {
    const window = await editor.open(shop);
    await window.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'web' }).click({ button: 'right' });
    // A menu that has just opened ignores the mouse button for a moment, but not the keyboard.
    await window.page.locator('.monaco-menu .action-item', { hasText: 'Scan Folder with Pinata' }).hover();
    await window.page.keyboard.press('Enter');
    await window.waitForStatus(/operations/);
    const panel = await window.panel();
    await panel.locator('.progress-line', { hasText: /\d+ files/ }).waitFor();
    expect(await panel.locator('.progress-line').innerText()).toMatch(/\b(5|10) files/);
    await window.close();
  });

  it('are on a disk: a virtual workspace is told what to do, and is offered no scan', async () => {
    const file = join(editor.folder, 'virtual.code-workspace');
    await writeFile(file, JSON.stringify({ folders: [{ uri: 'memfs:/shop', name: 'shop' }] }));
    const window = await editor.open(file);
    await window.showView();
    await window.page.locator('.welcome-view-content').getByText('The folders that are open are virtual').waitFor();
    expect(await window.offeredCommands('Pinata: ')).not.toContain('Pinata: Scan Workspace');
    await window.screenshot('virtual');
    await window.close();
  });
});
