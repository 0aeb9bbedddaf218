/**
 * Makes the pictures of the walkthrough from the sample workspace in a real VS Code: `node scripts/walkthroughPictures.ts`.
 * They are kept in extension/media/walkthrough, one for light and one for dark themes each.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { Editor, type Window } from '../test/vscode/editor.ts';

const ROOT = join(import.meta.dirname, '..');
const OUTPUT = join(ROOT, 'extension', 'media', 'walkthrough');
const THEMES = { light: 'Default Light Modern', dark: 'Default Dark Modern' };
const SETTINGS = { 'editor.minimap.enabled': false, 'window.zoomLevel': 0, 'breadcrumbs.enabled': false };
/** Milliseconds for what is animated or drawn a moment after it is there. */
const SETTLE = 1_000;

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

async function picture(page: Page, name: string, theme: string, clip: Area): Promise<void> {
  await sleep(SETTLE);
  await page.screenshot({ path: join(OUTPUT, `${name}-${theme}.png`), clip });
}

async function pictures(window: Window, theme: string): Promise<void> {
  const { page } = window;
  const take = (name: string, clip: Area): Promise<void> => picture(page, name, theme, clip);
  await window.showView();
  await take('scan', { x: 0, y: 30, width: 640, height: 340 });
  await window.command('Pinata: Scan Workspace');
  await window.waitForStatus(/operations/);
  const panel = await window.panel();
  await panel.getByText('Place order on checkout').first().click();
  await take('workflow', { x: 352, y: 30, width: 1088, height: 640 });
  await window.openFile('OrdersController.cs');
  await page.locator('.codelens-decoration').first().waitFor();
  await window.hover(page.locator('.view-line', { hasText: '[HttpPost]' }).first(), 'HttpPost');
  await take('code', { x: 352, y: 80, width: 760, height: 480 });
  await page.keyboard.press('Escape');
  await window.openFile('Order.cs');
  await page.locator('.view-line', { hasText: 'class Order' }).last().click();
  await window.command('Pinata: Find What Reads or Writes This Table');
  await window.quickPick.locator('.monaco-list-row', { hasText: 'Orders.Add' }).waitFor();
  await take('table', { x: 352, y: 24, width: 760, height: 360 });
  await page.keyboard.press('Escape');
}

async function main(): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  const editor = await Editor.start();
  try {
    for (const [theme, name] of Object.entries(THEMES)) {
      const shop = join(editor.folder, theme, 'shop');
      cpSync(join(ROOT, 'samples', 'shop'), shop, { recursive: true });
      editor.settings({ ...SETTINGS, 'workbench.colorTheme': name });
      const window = await editor.open(shop);
      await pictures(window, theme);
      await window.close();
    }
  } finally {
    await editor.stop();
  }
}

await main();
