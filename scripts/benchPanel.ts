/**
 * `npm run bench:panel`: how fast the panel is on 100,000 operations and 20,000 workflows, in Chromium against a real
 * server on a generated result. Prints a table; `docs/performance.md` holds the figures of the last release.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { API_PREFIX, ReadyLine } from '#protocol/http.ts';
import type { ScanStatus } from '#protocol/scan.ts';
import { Value } from 'typebox/value';
import { databasePath } from '../server/store/dataFolder.ts';
import { writeResult } from '../server/store/resultWriter.ts';
import { SqliteStore } from '../server/store/sqliteStore.ts';
import { buildWebview } from './buildWebview.ts';
import { generatedResult } from './benchPanel/generatedResult.ts';
import { FRAMES, PROBE } from './benchPanel/probe.ts';

const WORKFLOWS = 20_000;
const SCAN_ID = 'bench-panel';
const LOADS = 7;
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'];

interface Figure {
  what: string;
  median: number;
  worst: number;
  unit: string;
}

/** Lists that are searched, with a text that many rows hold, few, and none. */
const SEARCHES = [
  { view: 'workflows', label: 'Search workflows', text: 'invoices 1999' },
  { view: 'operations', label: 'Search name, target or file', text: 'page42.service' },
  { view: 'endpoints', label: 'Search routes', text: 'action1234' },
  { view: 'tables', label: 'Search tables', text: 'orders_4' },
  { view: 'stores', label: 'Search files and caches', text: 'payments:3' },
];

async function generate(folder: string): Promise<number> {
  const result = generatedResult(WORKFLOWS);
  const store = new SqliteStore(databasePath(folder));
  const operations = result.nodes.filter((node) => node.kind !== 'function' && node.kind !== 'table').length;
  const status: ScanStatus = {
    type: 'scan_update',
    scan_id: SCAN_ID,
    seq: 1,
    status: 'queued',
    progress: null,
    message: 'Generated',
    files_scanned: result.files.scanned,
    total_files: result.files.found,
    nodes_found: operations,
    eta_seconds: null,
    timestamp: new Date().toISOString(),
  };
  await store.createScan({ request: { repository_path: folder }, roots: [{ name: 'bench', path: folder }], status });
  await writeResult(databasePath(folder), SCAN_ID, result, () => undefined);
  await store.finishScan({ ...status, seq: 2, status: 'completed', progress: 100 });
  await store.close();
  return operations;
}

async function serve(folder: string): Promise<{ child: ChildProcess; address: string; token: string }> {
  const main = path.join(import.meta.dirname, '../server/cli/main.ts');
  const args = [main, 'serve', '--root', folder, '--data-dir', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
    child.stdout.on('data', (part: Buffer) => {
      text += part.toString('utf8');
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
  const { address, token } = Value.Parse(ReadyLine, JSON.parse(line));
  return { child, address, token };
}

/** Opens the page at a view and measures what the page itself reports. */
class Bench {
  readonly figures: Figure[] = [];
  largest = { bytes: 0, path: '' };
  readonly #context: BrowserContext;
  readonly #address: string;

  constructor(context: BrowserContext, address: string) {
    this.#context = context;
    this.#address = address;
  }

  async firstPaint(): Promise<void> {
    const times: number[] = [];
    for (let load = 0; load < LOADS; load += 1) {
      const page = await this.#open('workflows');
      times.push(await reported(page, 'firstPaint'));
      await page.close();
    }
    // The first load fills the caches of server and browser, as the first panel of a day does.
    this.#add('first paint of a finished scan, cold', times.slice(0, 1), 'ms');
    this.#add('first paint of a finished scan', times.slice(1), 'ms');
  }

  async search({ view, label, text }: (typeof SEARCHES)[number]): Promise<void> {
    const page = await this.#open(view);
    await reported(page, 'firstPaint');
    const field = page.getByRole('textbox', { name: label });
    await field.click();
    const times: number[] = [];
    for (const character of text) {
      await page.evaluate('window.pinataProbe.keystroke = 0');
      await page.keyboard.type(character);
      times.push(await reported(page, 'keystroke'));
      await page.waitForTimeout(60);
    }
    this.#add(`keystroke to paint: ${view}`, times, 'ms');
    await page.close();
  }

  async scrolling(): Promise<void> {
    const page = await this.#open('operations');
    await reported(page, 'firstPaint');
    const frames = await page.evaluate<number[]>(FRAMES);
    this.#add('frame while scrolling the operations', frames, 'ms');
    const rows = await page.locator('.body-row').count();
    this.#add('rows in the document', [rows], '');
    await page.close();
  }

  async #open(view: string): Promise<Page> {
    const page = await this.#context.newPage();
    page.on('response', (response) => void this.#weigh(response));
    await page.addInitScript(PROBE);
    await page.goto(`${this.#address}/#scan=${SCAN_ID}&tab=${view}`, { waitUntil: 'commit' });
    return page;
  }

  async #weigh(response: { url(): string; body(): Promise<Buffer> }): Promise<void> {
    const url = new URL(response.url());
    if (!url.pathname.startsWith(API_PREFIX)) return;
    const bytes = await response.body().then(
      (body) => body.length,
      // The page was closed before its last answer arrived.
      () => 0,
    );
    if (bytes > this.largest.bytes) this.largest = { bytes, path: url.pathname.slice(API_PREFIX.length) + url.search };
  }

  #add(what: string, values: readonly number[], unit: string): void {
    const sorted = values.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    this.figures.push({ what, median, worst: sorted.at(-1) ?? 0, unit });
  }
}

/** A time the page reports, once it does. */
async function reported(page: Page, name: 'firstPaint' | 'keystroke'): Promise<number> {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const value = await page.evaluate<number>(`window.pinataProbe?.${name} ?? 0`);
    if (value > 0) return value;
    await page.waitForTimeout(10);
  }
  throw new Error(`the page never reported ${name}`);
}

async function measure(folder: string): Promise<void> {
  const operations = await generate(folder);
  const { child, address, token } = await serve(folder);
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGUMENTS });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.request.post(`${address}${API_PREFIX}/session`, { headers: { authorization: `Bearer ${token}` } });
    const bench = new Bench(context, address);
    await bench.firstPaint();
    for (const search of SEARCHES) await bench.search(search);
    await bench.scrolling();
    console.log(`${operations} operations, ${WORKFLOWS} workflows`);
    for (const { what, median, worst, unit } of bench.figures) {
      console.log(`${what.padEnd(44)} ${median.toFixed(0).padStart(6)} ${worst.toFixed(0).padStart(6)} ${unit}`);
    }
    const { bytes, path: largest } = bench.largest;
    console.log(`largest answer ${(bytes / 1024).toFixed(0)} KB: ${largest}`);
  } finally {
    await browser.close();
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'pinata-bench-'));
try {
  await buildWebview();
  await measure(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
