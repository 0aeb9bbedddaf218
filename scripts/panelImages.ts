/** `npm run images`: makes the pictures of the README from the sample workspace, as the page of `npm start` shows it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { buildWebview } from './buildWebview.ts';

const ROOT = path.dirname(import.meta.dirname);
const SAMPLE = path.join(ROOT, 'samples/shop');
const IMAGES = path.join(ROOT, 'docs/images');
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'];

interface Picture {
  file: string;
  view: Record<string, string>;
  theme: string;
  height: number;
  /** What is done on the page before the picture is taken. */
  prepare?: (page: Page) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  {
    file: 'panel.png',
    view: { tab: 'workflows' },
    theme: 'vscode-dark',
    height: 800,
    prepare: async (page) => {
      await choosePlaceOrder(page);
      await page.locator('.edge').filter({ hasText: 'requests' }).first().locator('summary').click();
      await page.locator('.proof-line').first().waitFor();
    },
  },
  {
    file: 'diagram.png',
    view: { tab: 'workflows', 'workflow.as': 'diagram' },
    theme: 'vscode-light',
    height: 760,
    prepare: choosePlaceOrder,
  },
  { file: 'tables.png', view: { tab: 'tables', table: 'shop_orders' }, theme: 'vscode-light', height: 900 },
  { file: 'overview.png', view: { tab: 'overview' }, theme: 'vscode-dark', height: 800 },
];

async function choosePlaceOrder(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Place order on checkout/ }).click();
  await page.getByRole('article', { name: 'Workflow Place order on checkout' }).waitFor();
}

async function start(data: string): Promise<{ child: ChildProcess; address: string }> {
  const args = [path.join(ROOT, 'server/cli/main.ts'), 'start', SAMPLE, '--no-open', '--data-dir', data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
    child.stdout.on('data', (part: Buffer) => {
      text += part.toString('utf8');
      const found = /^Open (\S+)/m.exec(text);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
  });
  return { child, address };
}

async function takePictures(address: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGUMENTS });
  try {
    const context = await browser.newContext({ deviceScaleFactor: 1 });
    const first = await context.newPage();
    await first.goto(address);
    await first.close();
    for (const { file, view, theme, height, prepare } of PICTURES) {
      const page = await context.newPage();
      await page.setViewportSize({ width: 1280, height });
      await page.addInitScript(`localStorage.setItem('pinata.theme', '${theme}')`);
      await page.goto(`${new URL('/', address).href}#${new URLSearchParams(view).toString()}`);
      await page.locator('.progress-facts .fact').first().waitFor();
      await prepare?.(page);
      // The pointer must not open the code around a row.
      await page.mouse.move(1, 1);
      await page.waitForTimeout(800);
      await page.screenshot({ path: path.join(IMAGES, file) });
      console.log(`docs/images/${file}`);
      await page.close();
    }
  } finally {
    await browser.close();
  }
}

const data = mkdtempSync(path.join(tmpdir(), 'pinata-images-'));
await buildWebview();
const { child, address } = await start(data);
try {
  await takePictures(address);
} finally {
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('exit', resolve));
  rmSync(data, { recursive: true, force: true });
}
