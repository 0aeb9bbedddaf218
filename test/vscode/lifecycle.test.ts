import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Value } from 'typebox/value';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ReadyLine } from '#protocol/http.ts';
import { Editor, type Window } from './editor.ts';
import { generateWorkspace } from './generatedWorkspace.ts';
import { NODE_BINARY, repositoryFolder } from './installation.ts';

/** Enough files that a scan takes seconds. */
const MANY = 2500;
const FEW = 5;
const SCANNING = /\d+% · [\d,]+\/[\d,]+ files/;

describe('Pinata in VS Code', () => {
  let editor: Editor;
  let workspaces = 0;

  beforeAll(async () => {
    editor = await Editor.start();
  });
  afterAll(async () => editor.stop());
  afterEach(async () => {
    await editor.closeWindows();
    await processesGone();
  });

  async function workspace(features: number): Promise<string> {
    const folder = join(editor.folder, `shop${++workspaces}`);
    await mkdir(folder);
    if (features > 0) await generateWorkspace(folder, features);
    return folder;
  }

  async function scanning(): Promise<Window> {
    const window = await editor.open(await workspace(MANY));
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(SCANNING);
    return window;
  }

  async function processesGone(): Promise<void> {
    await expect.poll(() => editor.pinataProcesses(), { timeout: 20_000 }).toEqual([]);
  }

  it('welcomes a workspace that was never scanned with a button, and leaves no process when the window closes', async () => {
    const window = await editor.open(await workspace(FEW));
    await window.page.locator('.activitybar .action-label[aria-label^="Pinata"]').click();
    const button = window.page.locator('.welcome-view-content').getByText('Scan Workspace');
    await button.waitFor();
    await window.screenshot('welcome');
    await button.click();
    await window.waitForStatus(/operations/);
    expect(editor.pinataProcesses()).toHaveLength(1);
    await window.close();
    await processesGone();
  });

  it('cancels a scan, keeps what was found and is ready for the next one', async () => {
    const window = await scanning();
    const panel = await window.panel();
    await panel.locator('.progress-percent').waitFor();
    await window.screenshot('running');
    await window.command('Pinata: Cancel Scan');
    await window.waitForStatus(/cancelled · [\d,]+ operations?/);
    await panel.locator('.progress-phase', { hasText: 'Cancelled' }).waitFor();
    await window.screenshot('cancelled');
    expect(await window.toasts.count()).toBe(0);
    await panel.getByText('Scan again').click();
    await window.waitForStatus(SCANNING);
    await window.close();
    await processesGone();
  });

  it('shows what a scan had found that a reload of the window broke off', async () => {
    const window = await scanning();
    await (await window.panel()).locator('.progress-phase').waitFor();
    await window.command('Pinata: Cancel Scan');
    await window.waitForStatus(/cancelled/);
    // VS Code brings back only the editors it has stored, which it does every five seconds in a browser.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(SCANNING);
    await window.reload();
    await window.waitForStatus(/cancelled/);
    await (await window.panel()).locator('.progress-phase', { hasText: 'Cancelled' }).waitFor();
    await window.close();
    await processesGone();
  });

  it('explains a scan whose server was killed, and repeats it on a new server', async () => {
    const window = await scanning();
    const server = editor.pinataProcesses().find(({ command }) => command.includes(' serve '));
    process.kill(server?.pid ?? 0, 'SIGKILL');
    const toast = window.toasts.filter({ hasText: 'the server that ran this scan has stopped' });
    await toast.waitFor();
    await window.waitForStatus(/failed/);
    await window.screenshot('interrupted');
    await toast.getByRole('button', { name: 'Retry' }).click();
    await window.waitForStatus(SCANNING);
    await window.close();
    await processesGone();
  });

  it('says why a folder without source files has no results', async () => {
    const window = await editor.open(await workspace(0));
    await window.command('Pinata: Scan Workspace');
    await window.waitForStatus(/0 operations/);
    await (await window.panel()).getByText('The folder holds no').first().waitFor();
    await window.screenshot('empty');
    await window.close();
    await processesGone();
  });

  it('uses a running server by its address and token, and says what is wrong with a bad token', async () => {
    const folder = await workspace(FEW);
    const entry = join(repositoryFolder, 'dist', 'server', 'pinata.js');
    const server = spawn(NODE_BINARY, [entry, 'serve', '--root', folder, '--data-dir', join(editor.folder, 'data')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const ready = Promise.withResolvers<string>();
      createInterface({ input: server.stdout }).once('line', ready.resolve);
      const { address, token } = Value.Parse(ReadyLine, JSON.parse(await ready.promise));
      const window = await editor.open(folder);
      const connect = async (secret: string): Promise<void> => {
        await window.command('Pinata: Connect to Server…');
        await window.answer('Address of a running Pinata server', address);
        await window.answer('Token for', secret);
      };
      await connect('not-the-token');
      await window.toasts.filter({ hasText: 'The token is not the one of this server' }).waitFor();
      await window.screenshot('bad-token');
      await connect(token);
      await window.command('Pinata: Scan Workspace');
      await window.waitForStatus(/operations/);
      expect(editor.pinataProcesses()).toEqual([]);
      await window.close();
    } finally {
      server.kill('SIGTERM');
    }
  });
});

describe('a killed VS Code', () => {
  it('leaves no process of Pinata behind, also in the middle of a scan', async () => {
    const editor = await Editor.start();
    try {
      const folder = join(editor.folder, 'shop');
      await generateWorkspace(folder, MANY);
      const window = await editor.open(folder);
      await window.command('Pinata: Scan Workspace');
      await window.waitForStatus(SCANNING);
      expect(editor.pinataProcesses().length).toBeGreaterThanOrEqual(2);
      editor.kill();
      await expect.poll(() => editor.pinataProcesses(), { timeout: 10_000 }).toEqual([]);
    } finally {
      await editor.stop();
    }
  });
});
