import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Editor } from './editor.ts';
import { generateWorkspace } from './generatedWorkspace.ts';
import { NODE_BINARY, repositoryFolder } from './installation.ts';

/** Enough files that a scan takes seconds. */
const FEATURES = 2500;

describe('Pinata in VS Code', () => {
  let editor: Editor;
  let shop: string;

  beforeEach(async () => {
    editor = await Editor.start();
    shop = join(editor.folder, 'shop');
  });
  afterEach(async () => editor.stop());

  /** @returns milliseconds until no process of Pinata was left */
  async function processesGone(): Promise<number> {
    const started = Date.now();
    while (editor.pinataProcesses().length > 0) {
      if (Date.now() - started > 20_000) throw new Error(`Still running: ${editor.pinataProcesses().join('\n')}`);
      await sleep(100);
    }
    return Date.now() - started;
  }

  it('cancels a scan, keeps what was found and is ready for the next one', async () => {
    await generateWorkspace(shop, FEATURES);
    const window = await editor.open(shop);
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/\d+% · [\d,]+\/[\d,]+ files/);
    const panel = await window.panel();
    await panel.locator('.progress-percent').waitFor();
    await window.screenshot('running');
    await window.command('Pinata: Cancel Scan');
    await window.waitForStatus(/cancelled · [\d,]+ operations?/);
    await panel.locator('.progress-phase', { hasText: 'Cancelled' }).waitFor();
    await window.screenshot('cancelled');
    expect(await window.toasts.count()).toBe(0);
  });

  it('explains a scan that was interrupted by a reload, and offers to repeat it', async () => {
    await generateWorkspace(shop, FEATURES);
    const window = await editor.open(shop);
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/\d+% · [\d,]+\/[\d,]+ files/);
    await window.reload();
    const toast = window.toasts.filter({ hasText: 'Scan again' });
    await toast.waitFor();
    await window.waitForStatus(/failed/);
    await window.screenshot('interrupted');
    await toast.getByRole('button', { name: 'Retry' }).click();
    await window.waitForStatus(/\d+% · [\d,]+\/[\d,]+ files/);
  });

  it('leaves no process behind when VS Code is killed in the middle of a scan', async () => {
    await generateWorkspace(shop, FEATURES);
    const window = await editor.open(shop);
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/\d+% · [\d,]+\/[\d,]+ files/);
    expect(editor.pinataProcesses().length).toBeGreaterThanOrEqual(2);
    editor.kill();
    expect(await processesGone()).toBeLessThan(10_000);
  });

  it('leaves no process behind when its window is closed', async () => {
    await generateWorkspace(shop, 5);
    const window = await editor.open(shop);
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/operations/);
    expect(editor.pinataProcesses()).toHaveLength(1);
    await window.close();
    await processesGone();
  });

  it('welcomes a workspace that was never scanned with a button', async () => {
    await generateWorkspace(shop, 5);
    const window = await editor.open(shop);
    await window.page.locator('.activitybar .action-label[aria-label^="Pinata"]').click();
    const button = window.page.locator('.welcome-view-content').getByText('Scan Workspace');
    await button.waitFor();
    await window.screenshot('welcome');
    await button.click();
    await window.waitForStatus(/operations/);
  });

  it('says what to do when a folder without source files was scanned', async () => {
    await mkdir(shop);
    const window = await editor.open(shop);
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/0 operations/);
    await window.panel();
    await window.screenshot('empty');
  });

  it('uses a running server by its address and token, and says what is wrong with a bad token', async () => {
    await generateWorkspace(shop, 5);
    const server = spawn(
      NODE_BINARY,
      [
        join(repositoryFolder, 'dist/server/pinata.js'),
        'serve',
        '--root',
        shop,
        '--data-dir',
        join(editor.folder, 'data'),
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    try {
      const [line] = await new Promise<[string]>((resolve) => {
        createInterface({ input: server.stdout }).once('line', (text) => resolve([text]));
      });
      const { address, token } = JSON.parse(line) as { address: string; token: string };
      const window = await editor.open(shop);
      const connect = async (secret: string): Promise<void> => {
        await window.command('Pinata: Connect to Server…');
        await window.answer(address);
        await window.answer(secret);
      };
      await connect('not-the-token');
      await window.toasts.filter({ hasText: 'token is not the one of this server' }).waitFor();
      await window.screenshot('bad-token');
      await connect(token);
      await window.command('Pinata: Scan Workspace');
      await window.waitForStatus(/operations/);
      expect(editor.pinataProcesses()).toEqual([]);
    } finally {
      server.kill('SIGTERM');
    }
  });
});
