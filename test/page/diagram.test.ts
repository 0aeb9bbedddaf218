import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWebview } from '../../scripts/buildWebview.ts';
import { mermaidText, svgFile, type Palette } from '../../webview/diagram/exports.ts';
import { layOut } from '../../webview/diagram/layout.ts';
import type { DiagramModel } from '../../webview/diagram/model.ts';
import { Viewport } from '../../webview/diagram/viewport.ts';
import { HOSTILE_NAMES, hostileName } from '../support/hostileNames.ts';
import { eventually } from './support/eventually.ts';
import { SamplePage, settled } from './support/samplePage.ts';

const MERMAID = createRequire(import.meta.url).resolve('@mermaid-js/tiny');
const AREA = { width: 800, height: 500 };

/** A chain of boxes with these names. */
function chain(names: readonly string[]): DiagramModel {
  return {
    title: 'Test',
    boxes: names.map((title, index) => ({
      id: `box${index}`,
      kind: 'Function',
      title,
      lines: [`${title}.ts:1`],
      tone: 'plain',
    })),
    links: names
      .slice(1)
      .map((_, index) => ({ from: `box${index}`, to: `box${index + 1}`, label: 'calls', confidence: 'certain' })),
  };
}

const colours = { surface: '#ffffff', box: '#f8f8f8', border: '#cccccc', text: '#000000', muted: '#555555' };
const tones = {
  line: '#555555',
  ui: '#8a6100',
  http: '#652d90',
  read: '#0063d3',
  write: '#a34f00',
  message: '#31762f',
};
const PALETTE: Palette = { colours: { ...colours, ...tones, plain: '#555555' }, font: 'sans-serif' };

describe('the layout of a diagram', () => {
  it('lets no two boxes overlap', () => {
    const names = Array.from({ length: 40 }, (_, index) => `f${index}`);
    const model = chain(names);
    const alone = names.map((title) => ({ ...chain([title]).boxes[0]!, id: `alone ${title}` }));
    const { boxes } = layOut({ ...model, boxes: [...model.boxes, ...alone] }, AREA);
    expect(boxes).toHaveLength(80);
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart, `${a.box.id} and ${b.box.id}`).toBe(true);
      }
    }
  });

  it('goes the way that fits the area better', () => {
    const wide = layOut(chain(['a', 'b', 'c', 'd']), { width: 1200, height: 200 });
    const high = layOut(chain(['a', 'b', 'c', 'd']), { width: 300, height: 800 });
    expect(wide.width).toBeGreaterThan(wide.height);
    expect(high.height).toBeGreaterThan(high.width);
  });
});

describe('the part of a diagram that is seen', () => {
  it('zooms around a point that stays where it is', () => {
    const before = new Viewport(1, 30, 40);
    const after = before.zoomed(2, { x: 200, y: 100 });
    const shown = (viewport: Viewport) => [(200 - viewport.x) / viewport.scale, (100 - viewport.y) / viewport.scale];
    expect(shown(after)).toEqual(shown(before));
  });

  it('moves a box into sight, and not when it is there', () => {
    const viewport = new Viewport(1, 0, 0);
    const box = { x: 2000, y: 20, width: 200, height: 50 };
    const moved = viewport.showing(box, AREA);
    expect(moved.x + box.x + box.width).toBeLessThanOrEqual(AREA.width);
    expect(moved.showing(box, AREA)).toEqual(moved);
  });

  it('shows the main box where the whole does not fit', () => {
    const main = { x: 3000, y: 10, width: 200, height: 50 };
    const { scale, x } = Viewport.fit({ width: 6000, height: 300 }, AREA, main);
    expect(main.x * scale + x).toBeGreaterThanOrEqual(0);
    expect((main.x + main.width) * scale + x).toBeLessThanOrEqual(AREA.width);
  });
});

describe('a diagram in the page', () => {
  const sample = new SamplePage();

  beforeAll(async () => {
    await buildWebview();
    await sample.start();
  });
  afterAll(() => sample.stop());

  async function diagram(): Promise<Page> {
    const { page } = await sample.open({ tab: 'workflows', 'workflow.as': 'diagram', 'workflows.text': 'place order' });
    await settled(page);
    await page.locator('.diagram-box').first().waitFor();
    return page;
  }

  const focused = (page: Page) => page.evaluate<string>(`document.activeElement?.dataset?.box ?? ''`);
  const scaleOf = async (page: Page) =>
    Number(/scale\(([\d.]+)\)/.exec((await page.locator('.diagram-svg > g').getAttribute('transform')) ?? '')?.[1]);

  it('is gone through by arrow keys, opened by Enter and zoomed by plus, minus and 0', async () => {
    const page = await diagram();
    const first = page.locator('.diagram-box[tabindex="0"]');
    await first.focus();
    const start = await focused(page);
    await page.keyboard.press('ArrowDown');
    const down = await focused(page);
    await page.keyboard.press('ArrowRight');
    expect(new Set([down, await focused(page)]).has('')).toBe(false);
    expect([down, await focused(page)]).not.toEqual([start, start]);
    const before = await scaleOf(page);
    await page.keyboard.press('+');
    await eventually(() => scaleOf(page)).toBeGreaterThan(before);
    await page.keyboard.press('0');
    await eventually(() => scaleOf(page)).toBe(before);
    await page.keyboard.press('Enter');
    await page.locator('.source-line.is-target').waitFor();
    await page.close();
  });

  it('is moved by dragging, and a drag opens nothing', async () => {
    const page = await diagram();
    const group = page.locator('.diagram-svg > g');
    const before = await group.getAttribute('transform');
    await page.locator('.diagram-box').first().hover();
    await page.mouse.down();
    await page.mouse.move(700, 700, { steps: 4 });
    await page.mouse.up();
    await eventually(() => group.getAttribute('transform')).not.toBe(before);
    expect(await page.locator('.source').count()).toBe(0);
    await page.close();
  });

  it('has as many boxes as the flow has hops', async () => {
    const page = await diagram();
    const boxes = await page.locator('.diagram-box').count();
    await page.getByRole('button', { name: 'Read it as a list' }).click();
    await page.locator('.hop').first().waitFor();
    expect(await page.locator('.hop').count()).toBe(boxes);
    await page.close();
  });

  async function saved(page: Page, name: string): Promise<{ download: Download; bytes: Buffer }> {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return { download, bytes: readFileSync(await download.path()) };
  }

  it('is saved as an SVG whose text is text, as a PNG and as Mermaid', async () => {
    const page = await diagram();
    const titles = await page.locator('.diagram-box text.bold').allTextContents();
    const svg = await saved(page, 'Save as SVG');
    expect(svg.download.suggestedFilename()).toBe('place-order-on-checkout.svg');
    const parsed = await page.evaluate<{ error: boolean; texts: string[] }>(`(() => {
      const file = new DOMParser().parseFromString(${JSON.stringify(svg.bytes.toString('utf8'))}, 'image/svg+xml');
      return {
        error: file.querySelector('parsererror') !== null,
        texts: [...file.querySelectorAll('text[font-weight]')].map((each) => each.textContent),
      };
    })()`);
    expect(parsed).toEqual({ error: false, texts: titles });
    const png = await saved(page, 'Save as PNG');
    expect(png.bytes.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n');
    expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(200);
    const mermaid = await saved(page, 'Save as Mermaid');
    expect(await mermaidErrors(page, [mermaid.bytes.toString('utf8')])).toEqual([]);
    await page.close();
  });

  it('is valid Mermaid and valid SVG, whatever the code has for names', async () => {
    const { page } = await sample.open();
    const names = [...HOSTILE_NAMES, ...fc.sample(hostileName(), 100)];
    expect(
      await mermaidErrors(
        page,
        names.map((name) => mermaidText(chain([name, 'b']))),
      ),
    ).toEqual([]);
    expect(await mermaidErrors(page, ['flowchart TD\n  a["'])).toHaveLength(1);
    const files = names.map((name) => svgFile(layOut(chain([name, 'b']), AREA), PALETTE));
    const broken = await page.evaluate<number>(`${JSON.stringify(files)}
      .filter((text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')).length`);
    expect(broken).toBe(0);
    await page.close();
  });

  /** What Mermaid says of each text, nothing where it is a diagram; in a page without the panel's policy. */
  async function mermaidErrors(page: Page, texts: readonly string[]): Promise<string[]> {
    const blank = await page.context().newPage();
    await blank.addScriptTag({ content: readFileSync(MERMAID, 'utf8') });
    const errors = await blank.evaluate<string[]>(`(async () => {
      const errors = [];
      for (const text of ${JSON.stringify(texts)}) {
        try { await mermaid.parse(text); } catch (error) { errors.push(String(error) + text.slice(0, 300)); }
      }
      return errors;
    })()`);
    await blank.close();
    return errors;
  }
});
