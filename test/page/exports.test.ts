import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportFormat } from '#protocol/exports.ts';
import type { ScanResult } from '#protocol/graph.ts';
import { oneLine } from '../../server/exports/escape.ts';
import { openExport } from '../../server/exports/exports.ts';
import { MemoryResult } from '../../server/exports/memoryResult.ts';
import { largeResult, resultNamed } from '../support/graphResult.ts';
import { HOSTILE_NAMES, hostileName } from '../support/hostileNames.ts';
import { launchBrowser, watchedPage } from './support/browser.ts';
import { temporaryFolder } from './support/pageServer.ts';

const MERMAID = createRequire(import.meta.url).resolve('@mermaid-js/tiny');
const SAMPLED_NAMES = 150;

let browser: Browser;
const folder = temporaryFolder();

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

async function exported(format: ExportFormat, result: ScanResult): Promise<string> {
  const { text } = await openExport(format, new MemoryResult(result));
  let whole = '';
  for await (const piece of text) whole += piece;
  return whole;
}

/** A page with Mermaid in it. */
async function mermaidPage(): Promise<Page> {
  const page = await browser.newPage();
  await page.setContent('<!doctype html><meta charset="utf-8"><body></body>');
  await page.addScriptTag({ content: readFileSync(MERMAID, 'utf8') });
  await page.evaluate('mermaid.initialize({ startOnLoad: false, securityLevel: "strict" })');
  return page;
}

/** What Mermaid says of each text, nothing where it is a diagram. */
async function mermaidErrors(page: Page, texts: string[]): Promise<string[]> {
  const call = `(async (texts) => {
    const errors = [];
    for (const text of texts) {
      try { await mermaid.parse(text); } catch (error) { errors.push(String(error) + '\\n' + text.slice(0, 600)); }
    }
    return errors;
  })(${JSON.stringify(texts)})`;
  return page.evaluate(call);
}

describe.each(['mermaid', 'er'] as const)('an export as %s', (format) => {
  it('is a diagram that Mermaid reads, whatever the code has for names', async () => {
    const page = await mermaidPage();
    const names = [...HOSTILE_NAMES, ...fc.sample(hostileName(), SAMPLED_NAMES)];
    const texts = await Promise.all(names.map((name) => exported(format, resultNamed(name))));
    expect(await mermaidErrors(page, texts)).toEqual([]);
    expect(await mermaidErrors(page, [`${texts[0]}  "`])).toHaveLength(1);
    await page.close();
  });

  it('is drawn with the names as they are in the code', async () => {
    const page = await mermaidPage();
    const name = 'Überblick_v2 <b>"x"</b> #35; {id}';
    const diagram = await exported(format, resultNamed(name));
    const drawn: string = await page.evaluate(`(async () => {
      document.body.innerHTML = (await mermaid.render('drawn', ${JSON.stringify(diagram)})).svg;
      return document.body.textContent;
    })()`);
    expect(drawn.replaceAll(/\s+/g, ' ')).toContain(name);
    await page.close();
  });
});

describe('a large result', () => {
  it('is split into diagrams that Mermaid reads within its own limits', async () => {
    const page = await mermaidPage();
    const text = await exported('mermaid', largeResult(700));
    const diagrams = [...text.matchAll(/^```mermaid\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
    expect(diagrams.length).toBeGreaterThan(3);
    expect(await mermaidErrors(page, diagrams)).toEqual([]);
    await page.close();
  });
});

describe('the HTML report', () => {
  it('opens from disk, loads nothing, runs nothing and breaks no policy of its own', async () => {
    const context = await browser.newContext();
    const { page, problems } = await watchedPage(context);
    const name = `"><img src=http://example.invalid/x onerror=alert(1)><script>alert(1)</script>`;
    const file = path.join(folder, 'report.html');
    writeFileSync(file, await exported('html', resultNamed(name)));
    await page.goto(pathToFileURL(file).href);
    expect(await page.title()).toBe('Pinata: app');
    await page.locator('summary').first().click();
    expect(await page.locator('details li').count()).toBe(5);
    expect(await page.locator('details li').first().innerText()).toContain(oneLine(name));
    expect(await page.locator('img, script').count()).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.querySelector("table")).borderCollapse')).toBe('collapse');
    expect(problems.filter((problem) => !problem.startsWith('request to file:'))).toEqual([]);
    await context.close();
  });
});
