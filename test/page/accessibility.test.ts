import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWebview } from '../../scripts/buildWebview.ts';
import { THEMES, violations } from './support/axe.ts';
import { eventually } from './support/eventually.ts';
import { SamplePage, settled } from './support/samplePage.ts';

const ARTEFACTS = path.join(import.meta.dirname, '../artefacts/panel');

/** Every view, and every other way in which one can be shown. */
const VIEWS: Record<string, Record<string, string>> = {
  workflows: { tab: 'workflows' },
  'workflows by page': { tab: 'workflows', 'workflows.by': 'page' },
  'workflow with functions': { tab: 'workflows', 'workflow.functions': 'shown' },
  'workflow diagram': { tab: 'workflows', 'workflow.as': 'diagram' },
  overview: { tab: 'overview' },
  pages: { tab: 'pages' },
  endpoints: { tab: 'endpoints' },
  'endpoints nobody calls': { tab: 'endpoints', 'endpoints.scope': 'no_caller,no_caller_no_handler' },
  messages: { tab: 'messages' },
  tables: { tab: 'tables', table: 'shop_orders' },
  'entity diagram': { tab: 'tables', 'tables.as': 'diagram' },
  stores: { tab: 'stores' },
  operations: { tab: 'operations' },
  'no match': { tab: 'operations', 'operations.text': 'no such thing' },
  unresolved: { tab: 'unresolved' },
  files: { tab: 'files', 'files.status': 'scanned' },
  history: { tab: 'history' },
  export: { tab: 'export' },
  repositories: { tab: 'repositories' },
  'source preview': { tab: 'workflows', 'source.root': 'shop', 'source.file': 'api/Program.cs', 'source.line': '5' },
  'missing source': { tab: 'workflows', 'source.root': 'shop', 'source.file': 'gone.cs', 'source.line': '5' },
};

describe('the panel for everyone', () => {
  const sample = new SamplePage();

  beforeAll(async () => {
    await buildWebview();
    mkdirSync(ARTEFACTS, { recursive: true });
    await sample.start();
  });
  afterAll(() => sample.stop());

  describe.each(THEMES)('in %s', (theme) => {
    it.each(Object.entries(VIEWS))('has nothing that axe objects to: %s', async (name, view) => {
      const { page } = await sample.open(view, theme);
      await settled(page);
      await page.screenshot({ path: path.join(ARTEFACTS, `${name} ${theme}.png`) });
      expect(await violations(page)).toEqual([]);
      await page.close();
    });

    it('has nothing that axe objects to in an opened proof with a verdict', async () => {
      const { page } = await sample.open({ tab: 'workflows' }, theme);
      await settled(page);
      const edge = page.locator('.edge').first();
      await edge.locator('summary').click();
      await edge.getByRole('button', { name: 'This link is wrong' }).first().click();
      await edge.locator('.verdict-entry').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.close();
    });
  });

  it.each([
    ['at 320 pixels', 320],
    ['at 200 % zoom of a 1280 pixel window', 640],
  ])('can be read without scrolling sideways %s', async (_, width) => {
    for (const [name, view] of Object.entries(VIEWS)) {
      const { page } = await sample.open(view);
      await page.setViewportSize({ width, height: 700 });
      await settled(page);
      const widths = await page.evaluate<number[]>(
        `[document.documentElement, document.querySelector('#view')].map((each) => each.scrollWidth)`,
      );
      expect(Math.max(...widths), name).toBeLessThanOrEqual(width);
      expect(await violations(page), name).toEqual([]);
      await page.close();
    }
  });

  it('shows where the focus is, wherever the Tab key leads', async () => {
    for (const theme of THEMES) {
      const { page } = await sample.open({ tab: 'workflows' }, theme);
      await settled(page);
      const seen = new Set<string>();
      for (let press = 0; press < 40; press += 1) {
        await page.keyboard.press('Tab');
        const focus = await page.evaluate<{ where: string; visible: boolean }>(FOCUS);
        if (focus.where.startsWith('BODY')) break;
        seen.add(focus.where);
        expect(focus.visible, `${theme}: ${focus.where}`).toBe(true);
      }
      expect(seen.size, theme).toBeGreaterThan(8);
      await page.close();
    }
  });

  it('skips to the content', async () => {
    const { page } = await sample.open({ tab: 'workflows' });
    await settled(page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await eventually(() => page.evaluate('document.activeElement.id')).toBe('view');
    await page.close();
  });

  it('announces the end of a scan', async () => {
    const { page } = await sample.open({ tab: 'workflows' });
    await settled(page);
    const live = page.locator('.progress [aria-live=polite]');
    await eventually(() => live.innerText()).toMatch(/^Scan completed\. \d+ files, \d+ operations\.$/);
    await page.close();
  });

  it('moves nothing for who asked for less motion', async () => {
    const { page } = await sample.open({ tab: 'workflows' });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await settled(page);
    const moving = await page.evaluate<number>(
      `document.getAnimations({ subtree: true }).filter((each) => each.playState === 'running').length`,
    );
    expect(moving).toBe(0);
    await page.close();
  });

  it('takes its colours from the theme alone', () => {
    const styles = path.join(import.meta.dirname, '../../webview/styles');
    const css = [
      'base',
      'frame',
      'nav',
      'lists',
      'detail',
      'proof',
      'overview',
      'diagram',
      'history',
      'source',
      'panel',
    ]
      .map((name) => readFileSync(path.join(styles, `${name}.css`), 'utf8'))
      .join('\n');
    expect(css.match(/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/gi) ?? []).toEqual([]);
  });
});

/** What has the focus, looking into controls, and whether it or what is around it has an outline or a border of focus. */
const FOCUS = `(() => {
  let element = document.activeElement;
  const around = [];
  while (element) {
    around.push(element);
    const inner = element.shadowRoot?.activeElement;
    if (!inner) break;
    element = inner;
  }
  const marked = (each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  };
  const parts = around.flatMap((each) => [each, ...(each.shadowRoot?.querySelectorAll('[part]') ?? [])]);
  const wide = parts.concat(element.parentElement ?? []);
  const bordered = wide.some((each) => {
    const focus = getComputedStyle(document.body).getPropertyValue('--vscode-focusBorder').trim();
    const probe = document.createElement('span');
    probe.style.color = focus;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    const style = getComputedStyle(each);
    return style.borderTopColor === colour && parseFloat(style.borderTopWidth) > 0;
  });
  return { where: around.map((each) => each.tagName + (each.id ? '#' + each.id : '') + '.' + each.className).join(' '), visible: wide.some(marked) || bordered };
})()`;
