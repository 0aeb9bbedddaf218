import { describe, expect, it } from 'vitest';
import { inlineTemplates } from '#engine/lower/inlineTemplates.ts';
import { columnOf, Kind, lineOf } from '#engine/lower/tree.ts';
import { built, expression, lower, lowered, shapes, syntaxOf, type, unreached } from './lowerTypeScriptSupport.ts';

describe('patterns', () => {
  it('takes an object apart with members, an array with indexes', async () => {
    const source = `const { a, b: { c }, d = f(), 'e-e': e, ...rest } = g(); let [h, , i] = j;`;
    expect(await shapes(source)).toEqual([
      'Variable[$0](Identifier[$0], -, Call(Identifier[g], List, -))',
      'Variable[a]{Const}(Identifier[a], -, Member[a](Identifier[$0]))',
      'Variable[c]{Const}(Identifier[c], -, Member[c](Member[b](Identifier[$0])))',
      'Variable[d]{Const}(Identifier[d], -, Binary[??](Member[d](Identifier[$0]), Call(Identifier[f], List, -)))',
      'Variable[e]{Const}(Identifier[e], -, Member[e-e](Identifier[$0]))',
      'Variable[rest]{Const}(Identifier[rest], -, Identifier[$0])',
      'Variable[$1](Identifier[$1], -, Identifier[j])',
      'Variable[h](Identifier[h], -, Index(Identifier[$1], Literal[0]))',
      'Variable[i](Identifier[i], -, Index(Identifier[$1], Literal[2]))',
    ]);
  });

  it('lowers a default of a nested pattern once', async () => {
    expect(await shapes('const { a: { b, c } = f(), [k()]: [d, e] } = x;')).toEqual([
      'Variable[$0](Identifier[$0], -, Identifier[x])',
      'Variable[$1](Identifier[$1], -, Binary[??](Member[a](Identifier[$0]), Call(Identifier[f], List, -)))',
      'Variable[b]{Const}(Identifier[b], -, Member[b](Identifier[$1]))',
      'Variable[c]{Const}(Identifier[c], -, Member[c](Identifier[$1]))',
      'Variable[$2](Identifier[$2], -, Index(Identifier[$0], Call(Identifier[k], List, -)))',
      'Variable[d]{Const}(Identifier[d], -, Index(Identifier[$2], Literal[0]))',
      'Variable[e]{Const}(Identifier[e], -, Index(Identifier[$2], Literal[1]))',
    ]);
  });

  it('names destructured parameters by position and takes them apart in the body', async () => {
    expect(await shapes('function f(a, { b }: P = {}) { g(b); }')).toEqual([
      'Function[f](Identifier[f], List(Param[a](-, -, List), Param[$p1](TypeRef[P], Object, List)), -, ' +
        'Block(Variable[b](Identifier[b], -, Member[b](Identifier[$p1])), ' +
        'Call(Identifier[g], List(Identifier[b]), -)), List, List)',
    ]);
    expect(await expression('([a]) => g(a)', 'javascript')).toBe(
      'Function{Lambda}(-, List(Param[$p0](-, -, List)), -, ' +
        'Block(Variable[a](Identifier[a], -, Index(Identifier[$p0], Literal[0])), ' +
        'Return(Call(Identifier[g], List(Identifier[a]), -))), List, List)',
    );
  });

  it('takes apart what a loop and a catch give', async () => {
    expect(await shapes('for (const { a } of xs) f(a); try { } catch ({ message }) { g(message); }')).toEqual([
      'ForEach[$0](Identifier[$0], -, Identifier[xs], Block(Variable[a](Identifier[a], -, Member[a](Identifier[$0])), ' +
        'Call(Identifier[f], List(Identifier[a]), -)))',
      'List(Block, Block(Variable[$1](Identifier[$1], -, -), ' +
        'Variable[message](Identifier[message], -, Member[message](Identifier[$1])), ' +
        'Call(Identifier[g], List(Identifier[message]), -)))',
    ]);
  });

  it('lowers destructuring assignments to a list of assignments', async () => {
    expect(await shapes('[a, this.b] = f();')).toEqual([
      'List(Variable[$0](Identifier[$0], -, Call(Identifier[f], List, -)), ' +
        'Assign[=](Identifier[a], Index(Identifier[$0], Literal[0])), ' +
        'Assign[=](Member[b](This), Index(Identifier[$0], Literal[1])))',
    ]);
  });
});

describe('statements', () => {
  it('keeps what happens inside control flow', async () => {
    const source = `if (a()) b(); else if (c) { d(); } else e();
      for (let i = 0; i < n(); i++) f(i);
      while (a) b(); do { c(); } while (d);
      switch (x()) { case 1: y(); break; default: z(); }
      label: throw g();`;
    const tree = await lower(source);
    const calls = built(tree).filter((id) => tree.kind(id) === Kind.Call);
    const names = calls.map((id) => tree.text(tree.child(id, 0)));
    expect(names.join(' ')).toBe('a b d e n f b c x y z g');
    expect(unreached(tree)).toEqual([]);
  });

  it('gives a for statement a scope of its own', async () => {
    const [loop] = await shapes('for (let i = 0; ; ) { f(i); }');
    expect(loop).toBe(
      'Block(Variable[i](Identifier[i], -, Literal[0]), Block(Call(Identifier[f], List(Identifier[i]), -)))',
    );
  });
});

describe('expressions', () => {
  it.each([
    ['a?.b!.c', 'Member[c](Member[b](Identifier[a]))'],
    ['a?.[b()]?.(1)', 'Call(Index(Identifier[a], Call(Identifier[b], List, -)), List(Literal[1]), -)'],
    ['f<A, B[]>(...c)', 'Call(Identifier[f], List(Spread(Identifier[c])), List(TypeRef[A], TypeRef[[]](TypeRef[B])))'],
    ['(a as unknown as B).c', 'Member[c](Cast(Cast(Identifier[a], TypeRef[unknown]), TypeRef[B]))'],
    ['a satisfies B', 'Cast(Identifier[a], TypeRef[B])'],
    ['<B>a', 'Cast(Identifier[a], TypeRef[B])'],
    ['[1] as const', 'Array(Literal[1])'],
    ['new A.B<C>(d)', 'New(TypeRef[A.B](TypeRef[C]), List(Identifier[d]), -)'],
    ['new A', 'New(TypeRef[A], List, -)'],
    ['new (f())(1)', 'New(Call(Identifier[f], List, -), List(Literal[1]), -)'],
    ['`a${b}c\\n`', 'Template(String[a], Identifier[b], String[c\n])'],
    ['`a\\`b`', 'String[a`b]'],
    ['sql`a ${b}`', 'Call(Identifier[sql], List(Template(String[a ], Identifier[b])), -)'],
    [`'it\\'s \\u0041\\x42\\u{43}'`, "String[it's ABC]"],
    ['import.meta.env.X', 'Member[X](Member[env](Identifier[import.meta]))'],
    ['await f()', 'Await(Call(Identifier[f], List, -))'],
    ['!(typeof a, void b)', 'List(Identifier[a], Identifier[b])'],
    ['-1', 'Literal[-1]'],
    ['a ? b : c', 'Conditional(Identifier[a], Identifier[b], Identifier[c])'],
    ['a + b + c', 'Binary[+](Binary[+](Identifier[a], Identifier[b]), Identifier[c])'],
    ['a ||= b', 'Assign[||=](Identifier[a], Identifier[b])'],
    ['super.a(this)', 'Call(Member[a](Base), List(This), -)'],
    ['/a+/g', 'Literal[/a+/g]'],
    ['[undefined, null, true]', 'Array(Literal[undefined], Literal[null], Literal[true])'],
  ])('lowers %s', async (source, expected) => {
    expect(await expression(source)).toBe(expected);
  });

  it('lowers object literals', async () => {
    expect(await expression(`{ a, 'b-c': 1, [d()]: e, ...f, async m() {}, get g() { return 1; }, 2: h }`)).toBe(
      'Object(Property[a](Identifier[a], -), Property[b-c](Literal[1], -), ' +
        'Property(Identifier[e], Call(Identifier[d], List, -)), Spread(Identifier[f]), ' +
        'Property[m](Function[m]{Async}(Identifier[m], List, -, Block, List, List), -), ' +
        'Property[g](Function[g]{Getter}(Identifier[g], List, -, Block(Return(Literal[1])), List, List), -), ' +
        'Property[2](Identifier[h], -))',
    );
  });

  it('spans a call from its receiver to its closing parenthesis', async () => {
    const tree = await lower('\n  a\n    .b()\n    .c(1);');
    const [call = 0] = tree.children(tree.root);
    expect([lineOf(tree.start(call)), columnOf(tree.start(call))]).toEqual([2, 3]);
    expect([lineOf(tree.end(call)), columnOf(tree.end(call))]).toEqual([4, 10]);
  });

  it('counts columns in UTF-16 units', async () => {
    const tree = await lower(`x = '😀ä'; f();`);
    const [, call = 0] = tree.children(tree.root);
    expect(columnOf(tree.start(call))).toBe(12);
  });
});

describe('types', () => {
  it.each([
    ['A.B<C>', 'TypeRef[A.B](TypeRef[C])'],
    [
      `'a' | 'b' | 1 | null`,
      'TypeRef[|](TypeRef[a]{LiteralType}, TypeRef[b]{LiteralType}, TypeRef[1]{LiteralType}, TypeRef[null])',
    ],
    ['A & B & C', 'TypeRef[&](TypeRef[A], TypeRef[B], TypeRef[C])'],
    ['readonly (A | B)[]', 'TypeRef[[]](TypeRef[|](TypeRef[A], TypeRef[B]))'],
    ['[a: A, b?: B, ...C[]]', 'TypeRef[(,)](TypeRef[A], TypeRef[B], TypeRef[[]](TypeRef[C]))'],
    [
      '(a: A, { b }: B) => C',
      'TypeRef[=>](List(Param[a](TypeRef[A], -, List), Param[$p1](TypeRef[B], -, List)), TypeRef[C])',
    ],
    ['(a) => a is A', 'TypeRef[=>](List(Param[a](-, -, List)), TypeRef[boolean])'],
    ['{ a: A }', 'TypeRef[{}](Field[a](Identifier[a], TypeRef[A], -, List, List))'],
    ['{ [key: string]: A }', 'TypeRef[Record](TypeRef[string], TypeRef[A])'],
    ['typeof a.b', 'TypeRef[typeof](TypeRef[a.b])'],
    ['keyof A', 'TypeRef[?](TypeRef[A])'],
    [`A['b']`, 'TypeRef[?](TypeRef[A], TypeRef[b]{LiteralType})'],
    ['`a-${A}`', 'TypeRef[?](TypeRef[A])'],
    ['A extends B ? C : D', 'TypeRef[?](TypeRef[A], TypeRef[B], TypeRef[C], TypeRef[D])'],
  ])('lowers %s', async (source, expected) => {
    expect(await type(source)).toBe(expected);
  });
});

describe('JSX', () => {
  it('tells components from DOM elements and keeps attributes in place', async () => {
    const source = `<Form.Field a="x &amp; y" {...p} b={() => f()} c><button onClick={save}>Save {n}</button></Form.Field>`;
    for (const language of ['tsx', 'javascript'] as const) {
      expect(await expression(source, language)).toBe(
        'JsxElement[Form.Field](Member[Field](Identifier[Form]), List(JsxAttribute[a](String[x & y]), ' +
          'Spread(Identifier[p]), JsxAttribute[b](Function{Lambda}(-, List, -, Call(Identifier[f], List, -), List, List)), ' +
          'JsxAttribute[c](-)), List(JsxElement[button](-, List(JsxAttribute[onClick](Identifier[save])), ' +
          'List(String[Save], Identifier[n]))))',
      );
    }
  });

  it('gives an attribute its own span', async () => {
    const tree = await lower('x = <a\n  onClick={f}\n/>', 'tsx');
    const attribute = built(tree).find((id) => tree.kind(id) === Kind.JsxAttribute) as number;
    expect([lineOf(tree.start(attribute)), columnOf(tree.start(attribute))]).toEqual([2, 3]);
    expect([lineOf(tree.end(attribute)), columnOf(tree.end(attribute))]).toEqual([2, 14]);
  });

  it('lowers fragments, lists and comments', async () => {
    expect(await expression('<>{/* none */}{xs.map((x) => <Item key={x} />)}</>', 'tsx')).toBe(
      'JsxElement(-, List, List(Call(Member[map](Identifier[xs]), List(Function{Lambda}(-, ' +
        'List(Param[x](-, -, List)), -, JsxElement[Item](Identifier[Item], ' +
        'List(JsxAttribute[key](Identifier[x])), List), List, List)), -)))',
    );
  });
});

describe('inline templates', () => {
  it('finds the fixed template of a component and leaves it in the tree as a string', async () => {
    const source = '@Component({ selector: \'a\', template: `<b (click)="c()"></b>` }) class A {}';
    const syntax = await syntaxOf(source, 'typescript');
    const [found] = inlineTemplates(syntax);
    expect(found?.text).toBe('<b (click)="c()"></b>');
    expect(source.slice(found?.start, found?.end)).toBe(found?.text);
    const tree = lowered(syntax, 'typescript');
    const string = built(tree).find((id) => tree.text(id) === found?.text) as number;
    expect(tree.kind(string)).toBe(Kind.String);
    expect(columnOf(tree.start(string))).toBe(found?.start);
  });

  it('takes no template that is put together or belongs to another decorator', async () => {
    const source = '@Component({ template: `a${b}` }) class A {} @Other({ template: "x" }) class B {}';
    expect(inlineTemplates(await syntaxOf(source, 'typescript'))).toEqual([]);
  });
});
