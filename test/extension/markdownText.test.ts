import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { commandLink, escaped } from '../../extension/editor/markdownText.ts';

const markdown = new MarkdownIt({ html: true });

/** What a reader sees; `$(name)` behind a backslash is drawn by VS Code as it stands. */
function shown(source: string): string {
  const html = markdown.renderInline(source);
  expect(html).not.toMatch(/<(?!\/?a\b)/);
  const text = html.replaceAll(/<[^>]+>/g, '');
  const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  return plain.replaceAll('\\$(', '$(');
}

describe('text of the code in a hover', () => {
  it.each([
    'POST /api/orders/{id}',
    '`${environment.apiUrl}/orders`',
    'List<Order> a_b_c **not bold** #1',
    '<img src=x onerror=alert(1)>',
    '[click](command:workbench.action.quit)',
    '$(trash) not an icon',
    'a && b || c \\ d "quoted" &lt; ~x~',
    '- 1. + 2!',
  ])('reads as it stands: %s', (text) => {
    expect(shown(escaped(text))).toBe(text);
    expect(escaped(text)).not.toMatch(/(?<!\\)\$\(/);
  });

  it('is one line', () => {
    expect(shown(escaped('a\n\n# b\tc'))).toBe('a # b c');
  });

  it('can be a link whose arguments arrive whole', () => {
    const args = [{ file: 'a (b) "c" [d].ts', line: 7 }];
    const html = markdown.renderInline(commandLink('a](x) b', 'pinata.openCode', args, 'the "title" \\'));
    const target = /href="command:pinata\.openCode\?([^"]+)"/.exec(html)?.[1] ?? '';
    expect(JSON.parse(decodeURIComponent(target))).toEqual(args);
    expect(html.match(/<a /g)).toHaveLength(1);
  });
});
