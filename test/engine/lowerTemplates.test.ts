import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerTemplate } from '#engine/lower/angularTemplate.ts';
import { lowerHtml } from '#engine/lower/html.ts';
import { printTree } from '#engine/lower/printTree.ts';
import { columnOf, Kind, lineOf, Tree, TreeBuilder } from '#engine/lower/tree.ts';

function template(text: string, at = { line: 1, column: 1 }): Tree {
  const builder = new TreeBuilder();
  return Tree.of(builder.finish(lowerTemplate(text, builder, at)));
}

function page(text: string) {
  const builder = new TreeBuilder();
  const { root, scripts } = lowerHtml(text, builder);
  return { tree: Tree.of(builder.finish(root)), scripts };
}

function nodesOf(tree: Tree, kind: number, id = tree.root): number[] {
  const inner = tree.children(id).flatMap((child) => nodesOf(tree, kind, child));
  return tree.kind(id) === kind ? [id, ...inner] : inner;
}

/** The part of `text` that a node spans. */
function textOf(text: string, tree: Tree, id: number): string {
  const lines = text.split('\n');
  const offset = (position: number): number =>
    lines.slice(0, lineOf(position) - 1).reduce((sum, line) => sum + line.length + 1, 0) + columnOf(position) - 1;
  return text.slice(offset(tree.start(id)), offset(tree.end(id)));
}

const inElement = (expression: string): string => `<b (x)="${expression}"></b>`;

/** The lowered handler of one event, without positions. */
function handler(expression: string): string {
  const tree = template(`<b (x)="${expression.replaceAll('"', '&quot;')}"></b>`);
  const [event = 0] = nodesOf(tree, Kind.TemplateEvent);
  return printTree(tree, tree.child(event, 0)).replace(/ @\S+/g, '').trimEnd();
}

const FRAGMENTS = [
  '<b ',
  '<app-x',
  '>',
  '</b>',
  '/>',
  '(a)="',
  '"',
  "'",
  '[routerLink]=',
  'on-x=',
  ' ',
  '\n',
  '{{',
  '}}',
  '@if (',
  ') {',
  '}',
  '{n, plural, =0 {',
  '<script>',
  '</script>',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '&quot;',
  '&#9999999;',
  '`',
  '${',
  'x',
  '.',
  '(',
  ')',
  ';',
  '=',
  '=>',
  '?',
  ':',
  '|',
  ',',
  '...',
  'new ',
  'return ',
  '/',
  '\\',
  '@let x = ',
  'ä',
  '😀',
  '\0',
  '<svg>',
];

describe('lowerTemplate', () => {
  it('finds events by both notations with handler and tag, and no two-way bindings', () => {
    const text = '<input (keyup.enter)="send()" on-blur="leave()" [(ngModel)]="name" [value]="v" (focus)>';
    const tree = template(text);
    const events = nodesOf(tree, Kind.TemplateEvent);
    expect(events.map((id) => tree.text(id))).toEqual(['keyup.enter', 'blur', 'focus']);
    expect(events.map((id) => tree.text(tree.child(id, 1)))).toEqual(['input', 'input', 'input']);
    expect(events.map((id) => tree.kind(tree.child(id, 0)))).toEqual([Kind.Call, Kind.Call, 0]);
  });

  it('spans an event from its name to the closing quote, over several lines too', () => {
    const text = '<div>\r\n  <b\n    class="x" (click)="\n      save(\n a)"\n></b></div>';
    const tree = template(text);
    const [event = 0] = nodesOf(tree, Kind.TemplateEvent);
    const [call = 0] = nodesOf(tree, Kind.Call);
    expect(textOf(text, tree, event)).toBe('(click)="\n      save(\n a)"');
    expect(textOf(text, tree, call)).toBe('save(\n a)');
    expect(lineOf(tree.start(event))).toBe(3);
  });

  it('shifts positions to where an inline template begins', () => {
    const tree = template('<b (x)="a()">\n<i (y)="b()">', { line: 10, column: 20 });
    const places = nodesOf(tree, Kind.Call).map((id) => [lineOf(tree.start(id)), columnOf(tree.start(id))]);
    expect(places).toEqual([
      [10, 28],
      [11, 9],
    ]);
    expect([lineOf(tree.end(tree.root)), columnOf(tree.end(tree.root))]).toEqual([11, 14]);
  });

  it('keeps positions right behind character references', () => {
    const text = '<b (x)="a(&quot;q&quot;, &#39;r&#39;).b()"></b>';
    const tree = template(text);
    expect(nodesOf(tree, Kind.Call).map((id) => textOf(text, tree, id))).toEqual([
      'a(&quot;q&quot;, &#39;r&#39;).b()',
      'a(&quot;q&quot;, &#39;r&#39;)',
    ]);
    expect(nodesOf(tree, Kind.String).map((id) => tree.text(id))).toEqual(['q', 'r']);
  });

  it('looks into control flow, plural forms, ng-template and svg', () => {
    const tree = template(`
      @if (a; as b) { <i (a1)="f()"></i> } @else { <i (a2)="f()"></i> }
      @for (x of xs; track x.id) { <i (a3)="f()"></i> } @empty { <i (a4)="f()"></i> }
      @switch (m) { @case (1) { <i (a5)="f()"></i> } @default { <i (a6)="f()"></i> } }
      @defer (on viewport) { <i (a7)="f()"></i> } @placeholder { <i (a8)="f()"></i> }
      @let total = sum(xs);
      <span>{n, plural, =0 {<i (a9)="f()"></i>} other {none}}</span>
      <ng-template #t let-row="row"><i (a10)="f()"></i></ng-template>
      <svg><a (a11)="f()"/></svg>
      <!-- <i (no)="f()"></i> -->`);
    const names = nodesOf(tree, Kind.TemplateEvent).map((id) => tree.text(id));
    expect(names).toEqual(Array.from({ length: 11 }, (_, i) => `a${i + 1}`));
  });

  it('uses own elements but no DOM elements and none of Angular itself', () => {
    const text =
      '<app-card><p/><ng-container/><ng-content/><svg><rect/><font-face/></svg><widget></widget><Math-X /></app-card>';
    const tree = template(text);
    expect(nodesOf(tree, Kind.TemplateUse).map((id) => tree.text(id))).toEqual(['app-card', 'widget', 'Math-X']);
  });

  it('binds router links as text, as text with expressions and as an expression', () => {
    const tree = template(`<a routerLink="/a"></a><a routerLink="/a/{{ id }}/b"></a><a [routerLink]="['/a', id]"></a>`);
    expect(printTree(tree).replace(/ @\S+/g, '')).toBe(`UiTemplate
  TemplateBinding "routerLink"
    String "/a"
  TemplateBinding "routerLink"
    Template
      String "/a/"
      Identifier "id"
      String "/b"
  TemplateBinding "routerLink"
    Array
      String "/a"
      Identifier "id"
`);
  });
});

describe('a handler expression', () => {
  it('is a List when it has several statements', () => {
    expect(handler('open = !open; service?.items![0].save($event)')).toBe(`List
  Assign "="
    Identifier "open"
    Identifier "open"
  Call
    Member "save"
      Index
        Member "items"
          Identifier "service"
        Literal "0"
    List
      Identifier "$event"
    -`);
  });

  it('binds operators as JavaScript does', () => {
    expect(handler('a || b && c == d + e * f ? g : h')).toBe(`Conditional
  Binary "||"
    Identifier "a"
    Binary "&&"
      Identifier "b"
      Binary "=="
        Identifier "c"
        Binary "+"
          Identifier "d"
          Binary "*"
            Identifier "e"
            Identifier "f"
  Identifier "g"
  Identifier "h"`);
  });

  it('lowers object and array literals, templates, spreads and arrow functions', () => {
    expect(handler('go({ id, "k": [1, ...xs] }, `a${b()}c`, x => x.y())')).toBe(`Call
  Identifier "go"
  List
    Object
      Property "id"
        Identifier "id"
        -
      Property "k"
        Array
          Literal "1"
          Spread
            Identifier "xs"
        -
    Template
      String "a"
      Call
        Identifier "b"
        List
        -
      String "c"
    Function (Lambda)
      -
      List
        Param "x"
          -
          -
          List
      -
      Call
        Member "y"
          Identifier "x"
        List
        -
      List
      List
  -`);
  });

  it('ignores pipes but not calls in their arguments', () => {
    expect(handler('x | async')).toBe('Identifier "x"');
    expect(handler('x | date: format()')).toContain('Call');
  });

  it('calls a method that is named like a JavaScript operator', () => {
    expect(handler('delete(item)')).toBe('Call\n  Identifier "delete"\n  List\n    Identifier "item"\n  -');
  });

  it('decodes escapes in strings', () => {
    expect(handler(String.raw`a('it\'s \u0041\n')`)).toContain(String.raw`String "it's A\n"`);
  });

  it('sees the calls in the statements of an onclick attribute', () => {
    const { tree } = page(
      '<button onclick="if (ok()) { return send(new Form(1)); } else stop(function () { late(); })">x</button>',
    );
    const calls = nodesOf(tree, Kind.Call).map((id) => tree.text(tree.child(id, 0)));
    expect(calls).toEqual(['ok', 'send', 'stop', 'function', 'late']);
    expect(nodesOf(tree, Kind.New)).toHaveLength(1);
  });
});

describe('lowerHtml', () => {
  it.each([
    '<b (x)="y"></b>',
    '<b [x]="y"></b>',
    '<b *ngIf="y"></b>',
    '@if (x) {<b></b>}',
    '<b>{{ x }}</b>',
    '<b [(x)]="y"></b>',
  ])('takes %s for an Angular template', (text) => expect(nodesOf(page(text).tree, Kind.UiTemplate)).toHaveLength(1));

  it('gives a plain page no template unless something happens in it', () => {
    const plain = page('<!doctype html><p>Mail me @ home (or = not) [x] {a, plural, b}</p>');
    expect(printTree(plain.tree)).toBe('File @1:1-1:67\n');
    const { tree } = page('<body onload="init()" online="x"><app-root></app-root>');
    expect(nodesOf(tree, Kind.TemplateEvent).map((id) => tree.text(id))).toEqual(['load']);
    expect(nodesOf(tree, Kind.TemplateUse)).toHaveLength(1);
  });

  it('returns inline scripts as written with their place, and no data', () => {
    const text =
      '<script src="a.js"></script>\n<p><script>\r\n  if (a < b) load("</p>");\n</script>\n' +
      '<script type="application/json">{"a":1}</script><script type="module">go()</script><script> </script>';
    expect(page(text).scripts).toEqual([
      { text: '\r\n  if (a < b) load("</p>");\n', line: 2, column: 12 },
      { text: 'go()', line: 5, column: 71 },
    ]);
  });

  it('survives 10,000 levels of anything', () => {
    const n = 10_000;
    const deep = [
      `${'<div>'.repeat(n)}<b (x)="y()"></b>${'</div>'.repeat(n)}`,
      `${'@if (a) {'.repeat(n)}<b (x)="y()"></b>${'}'.repeat(n)}`,
      `${'{a, plural, other {'.repeat(n)}<b (x)="y()"></b>${'}}'.repeat(n)}`,
      ...['(', '[', '{a:', 'a?', 'a=', '!', 'a=>', '`${', 'new a ', '/[', '/*', "'"].map((part) =>
        inElement(part.repeat(n)),
      ),
      ...['()', '.b', '+a()', '[0]', '|b'].map((part) => inElement(`a${part.repeat(n)}`)),
    ];
    for (const text of deep) {
      const { tree } = page(text);
      expect(nodesOf(tree, Kind.TemplateEvent), text.slice(0, 30)).toHaveLength(1);
    }
  });

  it('makes a tree of any text, each node in it once', () => {
    const part = fc.constantFrom(...FRAGMENTS);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const { tree } = page(`{{}}${parts.join('')}`);
        const seen = new Set<number>();
        const visit = (id: number): void => {
          expect(seen.has(id)).toBe(false);
          seen.add(id);
          expect(tree.start(id)).toBeLessThanOrEqual(tree.end(id));
          for (const child of tree.children(id)) visit(child);
        };
        visit(tree.root);
      }),
      { numRuns: 500 },
    );
  });
});
