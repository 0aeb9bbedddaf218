import { describe, expect, it } from 'vitest';
import { printTree } from '#engine/lower/printTree.ts';
import { Kind } from '#engine/lower/tree.ts';
import { calledNames, expression, lower, members, nodesOf, shapes } from './lowerCSharpSupport.ts';

describe('calls', () => {
  it('hangs type arguments on the call', async () => {
    expect(await expression('ctx.Set<A.B>().Find<int>(id, ct: token)')).toBe(
      'Call(Member[Find](Call(Member[Set](Identifier[ctx]), List, List(TypeRef[A.B]))), ' +
        'List(Identifier[id], NamedArgument[ct](Identifier[token])), List(TypeRef[int]))',
    );
    expect(await expression('Make<T>()')).toBe('Call(Identifier[Make], List, List(TypeRef[T]))');
    expect(await expression('a?.Make<T>()')).toBe('Call(Member[Make](Identifier[a]), List, List(TypeRef[T]))');
  });

  it('gives a call the span from its receiver to its closing parenthesis', async () => {
    const tree = await lower('var x =\n  a?.b\n    .c(1\n  );');
    const [call = 0] = nodesOf(tree, Kind.Call);
    expect(printTree(tree, call)).toBe(`Call @2:3-4:4
  Member "c" @2:3-3:7
    Member "b" @2:3-2:7
      Identifier "a" @2:3-2:4
  List @3:7-4:4
    Literal "1" @3:8-3:9
  -
`);
  });

  it('puts the receiver of conditional access back in place', async () => {
    expect(await expression('a?.b.c()')).toBe('Call(Member[c](Member[b](Identifier[a])), List, -)');
    expect(await expression('a?.b?.c(1)?[0]!.d')).toBe(
      'Member[d](Index(Call(Member[c](Member[b](Identifier[a])), List(Literal[1]), -), Literal[0]))',
    );
  });

  it.each([
    ['await a?.b()', 'Await(Call(Member[b](Identifier[a]), List, -))'],
    ['!a?.b()', 'Call(Member[b](Identifier[a]), List, -)'],
    ['(Foo)a?.b', 'Cast(Member[b](Identifier[a]), TypeRef[Foo])'],
    ['x ?? a?.b()', 'Binary[??](Identifier[x], Call(Member[b](Identifier[a]), List, -))'],
    ['x == a?.b.c', 'Binary[==](Identifier[x], Member[c](Member[b](Identifier[a])))'],
    ['x && a?.b == true', 'Binary[&&](Identifier[x], Binary[==](Member[b](Identifier[a]), Literal[true]))'],
    [
      'x && await a?.b() is Foo f',
      'Binary[&&](Identifier[x], Variable[f](Identifier[f], -, ' +
        'Cast(Await(Call(Member[b](Identifier[a]), List, -)), TypeRef[Foo])))',
    ],
    ['x ?? y ?? z', 'Binary[??](Identifier[x], Binary[??](Identifier[y], Identifier[z]))'],
    ['x - y - z', 'Binary[-](Binary[-](Identifier[x], Identifier[y]), Identifier[z])'],
  ])('gives operators their precedence in %s', async (source, expected) => {
    expect(await expression(source)).toBe(expected);
  });

  it('leaves out global:: and keeps this, base and predefined types as receivers', async () => {
    expect(await shapes('global::X.Y(); this.a(); base.b(); int.Parse(s);')).toEqual([
      'Call(Member[Y](Identifier[X]), List, -)',
      'Call(Member[a](This), List, -)',
      'Call(Member[b](Base), List, -)',
      'Call(Member[Parse](Identifier[int]), List(Identifier[s]), -)',
    ]);
    expect(await expression('f(this, base.x)')).toBe('Call(Identifier[f], List(This, Member[x](Base)), -)');
  });

  it('looks through ref, in and out', async () => {
    expect(await expression('f(ref a, in b, out c, out var d, out Foo e)')).toBe(
      'Call(Identifier[f], List(Identifier[a], Identifier[b], Identifier[c], ' +
        'Variable[d](Identifier[d], -, -), Variable[e](Identifier[e], TypeRef[Foo], -)), -)',
    );
  });

  it('lowers typeof to a call and nameof to a string', async () => {
    expect(await expression('typeof(A.B<int>)')).toBe('Call(Identifier[typeof], List(TypeRef[A.B](TypeRef[int])), -)');
    expect(await expression('nameof(A.B<int>)')).toBe('String[B]');
    expect(await expression('nameof(@class).Length')).toBe('Member[Length](String[class])');
  });
});

describe('creation', () => {
  it('lowers object and collection initialisers', async () => {
    expect(await expression('new Foo(1) { A = 1, B = { C = f() }, ["k"] = 3 }')).toBe(
      'New(TypeRef[Foo], List(Literal[1]), Object(Property[A](Literal[1], -), ' +
        'Property[B](Object(Property[C](Call(Identifier[f], List, -), -)), -), Property(Literal[3], String[k])))',
    );
    expect(await expression('new Dictionary<string, int> { { "a", 1 }, f() }')).toBe(
      'New(TypeRef[Dictionary](TypeRef[string], TypeRef[int]), List, ' +
        'Object(Property(Literal[1], String[a]), Property(Call(Identifier[f], List, -), -)))',
    );
    expect(await expression('new() { A = 1 }')).toBe('New(-, List, Object(Property[A](Literal[1], -)))');
  });

  it('names the properties of anonymous objects', async () => {
    expect(await expression('new { a.B, C = d, e, f?.G, H /* = */, i = 1 }')).toBe(
      'Object(Property[B](Member[B](Identifier[a]), -), Property[C](Identifier[d], -), ' +
        'Property[e](Identifier[e], -), Property[G](Member[G](Identifier[f]), -), ' +
        'Property[H](Identifier[H], -), Property[i](Literal[1], -))',
    );
  });

  it('lowers arrays, collection expressions, with and stackalloc', async () => {
    expect(await expression('[1, ..a, f()]')).toBe(
      'Array(Literal[1], Spread(Identifier[a]), Call(Identifier[f], List, -))',
    );
    expect(await expression('new[] { "a" }')).toBe('Array(String[a])');
    expect(await expression('new Foo[] { new() }')).toBe('Cast(Array(New(-, List, -)), TypeRef[[]](TypeRef[Foo]))');
    expect(await expression('new int[n()]')).toBe(
      'New(TypeRef[[]](TypeRef[int]), List(Call(Identifier[n], List, -)), -)',
    );
    expect(await expression('stackalloc int[3]')).toBe('New(TypeRef[[]](TypeRef[int]), List(Literal[3]), -)');
    expect(await expression('a with { B = f() }')).toBe(
      'Object(Spread(Identifier[a]), Property[B](Call(Identifier[f], List, -), -))',
    );
  });
});

describe('functions in expressions', () => {
  it('lowers lambdas and anonymous methods', async () => {
    expect(await expression('a => a.B')).toBe(
      'Function{Lambda}(-, List(Param[a](-, -, List)), -, Member[B](Identifier[a]), List, List)',
    );
    expect(await expression('async (int a, [FromServices] Db b) => { await c(); }')).toBe(
      'Function{Async Lambda}(-, List(Param[a](TypeRef[int], -, List), ' +
        'Param[b](TypeRef[Db], -, List(Attribute[FromServices]))), -, ' +
        'Block(Await(Call(Identifier[c], List, -))), List, List)',
    );
    expect(await expression('delegate (int a) { return a; }')).toBe(
      'Function{Lambda}(-, List(Param[a](TypeRef[int], -, List)), -, Block(Return(Identifier[a])), List, List)',
    );
  });

  it('lowers local functions and does not let their yield make the outer function a generator', async () => {
    const [method] = await members('void M() { IEnumerable<int> f<T>() { yield return 1; } f<A>(); }');
    expect(method).toBe(
      'Function[M]{Private}(Identifier[M], List, TypeRef[void], Block(' +
        'Function[f]{Generator}(Identifier[f], List, TypeRef[IEnumerable](TypeRef[int]), ' +
        'Block(List(Literal[1])), List, List(TypeParam[T])), ' +
        'Call(Identifier[f], List, List(TypeRef[A]))), List, List)',
    );
  });
});

describe('strings', () => {
  it.each([
    ['"a\\n\\u0041\\x41\\\\"', 'String[a\nAA\\]'],
    ['@"a""b\\c"', 'String[a"b\\c]'],
    ['"x"u8', 'String[x]'],
    ["'/'", 'String[/]'],
    ["'\\t'", 'String[\t]'],
    ['"""a "b" c"""', 'String[a "b" c]'],
    ['"""\n    a\n      b\n\n    c\n    """', 'String[a\n  b\n\nc]'],
    ['"""\r\n  a\r\n  b\r\n  """', 'String[a\r\nb]'],
    ['$"a{b:f2}{{c}} {d,10}"', 'Template(String[a], Identifier[b], String[{c} ], Identifier[d])'],
    ['$@"a""{b}\\n"', 'Template(String[a"], Identifier[b], String[\\n])'],
    ['$"{f("x")}"', 'Template(Call(Identifier[f], List(String[x]), -))'],
    ['$$"""\n  {a}\n  {{b}}\n  """', 'Template(String[{a}\n], Identifier[b])'],
    ['$"/{a}/" + \'b\'', 'Binary[+](Template(String[/], Identifier[a], String[/]), String[b])'],
  ])('decodes %j', async (source, expected) => {
    expect(await expression(source)).toBe(expected);
  });

  it('keeps the text of other literals', async () => {
    expect(await expression('f(1_000, 2.5m, -3, true, null, default)')).toBe(
      'Call(Identifier[f], List(Literal[1_000], Literal[2.5m], Literal[-3], Literal[true], Literal[null], Literal[default]), -)',
    );
    expect(await expression('default(Foo)')).toBe('Cast(Literal[default], TypeRef[Foo])');
  });
});

describe('statements', () => {
  it('lowers using, foreach and for', async () => {
    expect(
      await shapes('await using var a = f(); using (Foo b = f()) g(); await foreach (var c in d()) e(c);'),
    ).toEqual([
      'Variable[a](Identifier[a], -, Call(Identifier[f], List, -))',
      'Block(Variable[b](Identifier[b], TypeRef[Foo], Call(Identifier[f], List, -)), Call(Identifier[g], List, -))',
      'ForEach[c](Identifier[c], -, Call(Identifier[d], List, -), Call(Identifier[e], List(Identifier[c]), -))',
    ]);
    expect(await shapes('for (int i = 0, j = 1; i < n(); i++) { }')).toEqual([
      'Block(List(Variable[i](Identifier[i], TypeRef[int], Literal[0]), Variable[j](Identifier[j], TypeRef[int], Literal[1])), ' +
        'Binary[<](Identifier[i], Call(Identifier[n], List, -)), Identifier[i], Block)',
    ]);
  });

  it('sees calls in every kind of statement', async () => {
    const source = `
      if (a1()) a2(); else if (a3()) a4();
      while (b1()) b2(); do { b3(); } while (b4());
      try { c1(); } catch (E e) when (c2(e)) { c3(); } finally { c4(); }
      lock (d1()) { d2(); } checked { d3(); } unsafe { d4(); } fixed (int* p = d5()) { d6(); }
      switch (e1()) { case 1 when e2(): e3(); break; default: e4(); goto l; }
      l: f1(); throw f2(); label: return f3();`;
    const expected = 'a1 a2 a3 a4 b1 b2 b3 b4 c1 c2 c3 c4 d1 d2 d3 d4 d5 d6 e1 e2 e3 e4 f1 f2 f3';
    expect(calledNames(await lower(source)).toSorted()).toEqual(expected.split(' '));
  });

  it('takes tuples apart into one variable with the value and one a name', async () => {
    expect(await shapes('var (a, (_, b)) = f();')).toEqual([
      'List(Variable[$0](Identifier[$0], -, Call(Identifier[f], List, -)), ' +
        'Variable[a](Identifier[a], -, Index(Identifier[$0], Literal[0])), ' +
        'Variable[$1](Identifier[$1], -, Index(Identifier[$0], Literal[1])), ' +
        'Variable[b](Identifier[b], -, Index(Identifier[$1], Literal[1])))',
    ]);
    expect(await shapes('(int a, b.C) = (1, 2);')).toEqual([
      'List(Variable[$0](Identifier[$0], -, Array(Literal[1], Literal[2])), ' +
        'Variable[a](Identifier[a], TypeRef[int], Index(Identifier[$0], Literal[0])), ' +
        'Assign[=](Member[C](Identifier[b]), Index(Identifier[$0], Literal[1])))',
    ]);
    expect(await shapes('foreach (var (a, _) in b) c();')).toEqual([
      'ForEach[$0](Identifier[$0], -, Identifier[b], Block(' +
        'Variable[a](Identifier[a], -, Index(Identifier[$0], Literal[0])), Call(Identifier[c], List, -)))',
    ]);
  });
});

describe('patterns', () => {
  it.each([
    ['a is Foo f', 'Variable[f](Identifier[f], -, Cast(Identifier[a], TypeRef[Foo]))'],
    ['a is not Foo.Bar f', 'Variable[f](Identifier[f], -, Cast(Identifier[a], TypeRef[Foo.Bar]))'],
    ['a is { } f', 'Variable[f](Identifier[f], -, Identifier[a])'],
    ['a is Foo', 'Cast(Identifier[a], TypeRef[Foo])'],
    ['a is string', 'Cast(Identifier[a], TypeRef[string])'],
    ['a as Foo?', 'Cast(Identifier[a], TypeRef[Foo]{Nullable})'],
    ['a is not null', 'List(Identifier[a], Literal[null])'],
    ['a is > 3 and < 5', 'List(Identifier[a], List(Literal[3], Literal[5]))'],
    [
      'a is Foo { B: 1, C.D: var e } f',
      'List(Variable[f](Identifier[f], -, Cast(Identifier[a], TypeRef[Foo])), ' +
        'List(Literal[1], Variable[e](Identifier[e], -, -)))',
    ],
  ])('lowers %s', async (source, expected) => {
    expect(await expression(source)).toBe(expected);
  });

  it.each([
    ['a is Foo.Bar && b', 'Binary[&&](Cast(Identifier[a], TypeRef[Foo.Bar]), Identifier[b])'],
    ['(a is Foo.Bar ? b : c)', 'Conditional(Cast(Identifier[a], TypeRef[Foo.Bar]), Identifier[b], Identifier[c])'],
    [
      'a is not null && b?.c() || d',
      'Binary[||](Binary[&&](List(Identifier[a], Literal[null]), Call(Member[c](Identifier[b]), List, -)), Identifier[d])',
    ],
    ['a is > 1 + 2 && b', 'Binary[&&](List(Identifier[a], Binary[+](Literal[1], Literal[2])), Identifier[b])'],
    ['a is 1 or 2 && b', 'Binary[&&](List(Identifier[a], Literal[1], Literal[2]), Identifier[b])'],
    [
      'a is B b && b.c() is D d && d.e()',
      'Binary[&&](Binary[&&](Variable[b](Identifier[b], -, Cast(Identifier[a], TypeRef[B])), ' +
        'Variable[d](Identifier[d], -, Cast(Call(Member[c](Identifier[b]), List, -), TypeRef[D]))), ' +
        'Call(Member[e](Identifier[d]), List, -))',
    ],
  ])('ends the pattern where C# does in %s', async (source, expected) => {
    expect(await expression(source)).toBe(expected);
  });

  it('makes a scope of each arm of a switch expression', async () => {
    expect(await expression('a switch { Foo f when f.g() => h(), (1, var c) => c, _ => throw new E() }')).toBe(
      'List(Identifier[a], ' +
        'Block(Variable[f](Identifier[f], TypeRef[Foo], -), Call(Member[g](Identifier[f]), List, -), Call(Identifier[h], List, -)), ' +
        'Block(Array(Literal[1], Variable[c](Identifier[c], -, -)), Identifier[c]), ' +
        'Block(List(New(TypeRef[E], List, -))))',
    );
  });
});

describe('queries', () => {
  it('keeps the source, the clauses and further range variables', async () => {
    expect(
      await expression(
        'from c in db.Cs join d in ds on c.X equals d.Y into g let e = f(c) where e > 1 select new { g }',
      ),
    ).toBe(
      'LinqQuery[c](Member[Cs](Identifier[db]), ' +
        'Variable[d](Identifier[d], -, Index(Identifier[ds], Literal[0])), ' +
        'Member[X](Identifier[c]), Member[Y](Identifier[d]), ' +
        'Variable[g](Identifier[g], -, Array(Identifier[d])), ' +
        'Variable[e](Identifier[e], -, Call(Identifier[f], List(Identifier[c]), -)), ' +
        'Binary[>](Identifier[e], Literal[1]), Object(Property[g](Identifier[g], -)))',
    );
    expect(await expression('from c in a group c by c.K into g orderby h(g) descending select g.Key')).toBe(
      'LinqQuery[c](Identifier[a], Variable[g](Identifier[g], -, Array(Identifier[c])), Member[K](Identifier[c]), ' +
        'Call(Identifier[h], List(Identifier[g]), -), Member[Key](Identifier[g]))',
    );
  });
});
