import { describe, expect, it } from 'vitest';
import { lowerCSharp } from '#engine/lower/csharp.ts';
import { printTree } from '#engine/lower/printTree.ts';
import { Flag, Kind, lineOf, Tree, TreeBuilder } from '#engine/lower/tree.ts';
import { loadParser, parse } from '#engine/parse/grammars.ts';
import type { Syntax } from '#engine/parse/syntax.ts';

const KINDS = new Map<number, string>(Object.entries(Kind).map(([name, value]) => [value, name]));
const FLAGS = Object.entries(Flag);

async function syntaxOf(source: string): Promise<Syntax> {
  return parse(await loadParser('csharp'), source, 20_000);
}

function treeOf(syntax: Syntax): Tree {
  const builder = new TreeBuilder();
  return new Tree(builder.finish(lowerCSharp(syntax, builder, 'csharp')));
}

async function lower(source: string): Promise<Tree> {
  return treeOf(await syntaxOf(source));
}

/** One node as `Kind[text]{flags}(children)`, without positions; absent children are `-`. */
function shape(tree: Tree, id: number): string {
  if (id === 0) return '-';
  const text = tree.text(id) === '' ? '' : `[${tree.text(id)}]`;
  const set = FLAGS.filter(([, bit]) => tree.has(id, bit)).map(([name]) => name);
  const flags = set.length > 0 ? `{${set.join(' ')}}` : '';
  const children: string[] = [];
  for (let i = 0; i < tree.count(id); i++) children.push(shape(tree, tree.child(id, i)));
  const inner = children.length > 0 ? `(${children.join(', ')})` : '';
  return `${KINDS.get(tree.kind(id))}${text}${flags}${inner}`;
}

/** The shapes of the statements and declarations of a file. */
async function shapes(source: string): Promise<string[]> {
  const tree = await lower(source);
  return tree.children(tree.root).map((id) => shape(tree, id));
}

/** The shape of the value of `x = <expression>;`. */
async function expression(source: string): Promise<string> {
  const tree = await lower(`x = ${source};`);
  const [assign = 0] = tree.children(tree.root);
  return shape(tree, tree.child(assign, 1));
}

/** The shape of the type of `<type> x;`. */
async function type(source: string): Promise<string> {
  const tree = await lower(`class A { ${source} x; }`);
  const [declaration = 0] = tree.children(tree.root);
  return shape(tree, tree.child(tree.child(tree.child(declaration, 4), 0), 1));
}

/** The shapes of the members of a class. */
async function members(source: string, keyword = 'class'): Promise<string[]> {
  const tree = await lower(`${keyword} A { ${source} }`);
  const [declaration = 0] = tree.children(tree.root);
  return tree.children(tree.child(declaration, 4)).map((id) => shape(tree, id));
}

function nodesOf(tree: Tree, kind: number): number[] {
  const found: number[] = [];
  const pending = [tree.root];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (tree.kind(id) === kind) found.push(id);
    pending.push(...tree.children(id));
  }
  return found;
}

/** Names of what is called, in no order. */
function calledNames(tree: Tree): string[] {
  return nodesOf(tree, Kind.Call).map((id) => tree.text(tree.child(id, 0)));
}

describe('usings and namespaces', () => {
  it('lowers every form of using', async () => {
    expect(
      await shapes('using System.Text; using static System.Math; using J = A.B<int>; global using global::G.X;'),
    ).toEqual([
      'Using[System.Text](-)',
      'Using[System.Math]{Static}(-)',
      'Using[A.B](Identifier[J])',
      'Using[G.X]{Global}(-)',
    ]);
  });

  it('puts what follows a file-scoped namespace into it', async () => {
    const tree = await lower('using A;\nnamespace B.C;\nusing D;\nclass E {}\n');
    expect(tree.children(tree.root).map((id) => tree.text(id))).toEqual(['A', 'B.C']);
    const [, namespace = 0] = tree.children(tree.root);
    expect(tree.children(namespace).map((id) => `${KINDS.get(tree.kind(id))} ${tree.text(id)}`)).toEqual([
      'Using D',
      'Type E',
    ]);
    expect(lineOf(tree.end(namespace))).toBe(5);
  });

  it('nests block namespaces', async () => {
    expect(await shapes('namespace A { namespace B.C { enum D { } } }')).toEqual([
      'Namespace[A](Namespace[B.C](Type[D]{Enum}(Identifier[D], List, List, List, List, -)))',
    ]);
  });
});

describe('types', () => {
  it('lowers a controller with the position of its name, attributes and members', async () => {
    const source = `[ApiController, Route("api/[controller]", Name = "x")]
public sealed partial class OrdersController : Base<Order>, IDisposable where T : class
{
    [HttpGetAttribute]
    public async Task<Order?> Get(int id, [FromBody] Filter @filter = null) => await store.Find(id);
}`;
    expect(printTree(await lower(source))).toBe(`File @1:1-6:2
  Type "OrdersController" (Partial Exported Class) @1:1-6:2
    Identifier "OrdersController" @2:29-2:45
    List @2:45-2:45
    List @2:46-2:72
      TypeRef "Base" @2:48-2:59
        TypeRef "Order" @2:53-2:58
      TypeRef "IDisposable" @2:61-2:72
    List @1:2-1:54
      Attribute "ApiController" @1:2-1:15
      Attribute "Route" @1:17-1:54
        String "api/[controller]" @1:23-1:41
        NamedArgument "Name" @1:43-1:53
          String "x" @1:50-1:53
    List @3:1-6:2
      Function "Get" (Exported Async) @4:5-5:101
        Identifier "Get" @5:31-5:34
        List @5:34-5:76
          Param "id" @5:35-5:41
            TypeRef "int" @5:35-5:38
            -
            List @5:35-5:35
          Param "filter" (Optional) @5:43-5:75
            TypeRef "Filter" @5:54-5:60
            Literal "null" @5:71-5:75
            List @5:44-5:52
              Attribute "FromBody" @5:44-5:52
        TypeRef "Task" @5:18-5:30
          TypeRef "Order" (Nullable) @5:23-5:28
        Await @5:80-5:100
          Call @5:86-5:100
            Member "Find" @5:86-5:96
              Identifier "store" @5:86-5:91
            List @5:96-5:100
              Identifier "id" @5:97-5:99
            -
        List @4:6-4:22
          Attribute "HttpGet" @4:6-4:22
        List @5:34-5:34
    -
`);
  });

  it('flags interfaces, structs, records and enums', async () => {
    const tree = await lower('interface A;struct B;record C;record struct D;public static class E;enum F;');
    const flags = tree
      .children(tree.root)
      .map((id) => FLAGS.filter(([, bit]) => tree.has(id, bit)).map(([name]) => name));
    expect(flags).toEqual([
      ['Interface'],
      ['Struct'],
      ['Class', 'Record'],
      ['Struct', 'Record'],
      ['Static', 'Exported', 'Class'],
      ['Enum'],
    ]);
  });

  it('makes a constructor and private fields of a primary constructor, with the call of the base', async () => {
    const [declaration] = await shapes('class A(IStore store) : B(store) { }');
    expect(declaration).toBe(
      'Type[A]{Class}(Identifier[A], List, List(TypeRef[B]), List, List(' +
        'Function[A]{Exported Constructor}(Identifier[A], List(Param[store](TypeRef[IStore], -, List)), -, ' +
        'Block(Call(Base, List(Identifier[store]), -)), List, List), ' +
        'Field[store]{Private}(Identifier[store], TypeRef[IStore], -, List, List)), -)',
    );
  });

  it("makes properties of a record's parameters and gives them the attributes written for properties", async () => {
    const tree = await lower('record A(int Id, [Required] [property: Key] string Name = "x");');
    const fields = nodesOf(tree, Kind.Field).map((id) => shape(tree, id));
    expect(fields.toSorted()).toEqual([
      'Field[Id]{Exported Property}(Identifier[Id], TypeRef[int], -, List, List)',
      'Field[Name]{Exported Property}(Identifier[Name], TypeRef[string], -, List(Attribute[Key]), List)',
    ]);
    expect(nodesOf(tree, Kind.Param).map((id) => shape(tree, id))).toContain(
      'Param[Name]{Optional}(TypeRef[string], String[x], List(Attribute[Required]))',
    );
  });

  it('lowers type parameters with their constraints', async () => {
    const [declaration] = await shapes('class A<T, U> where T : class, IFoo<U>, new() where U : Bar { }');
    expect(declaration).toContain('List(TypeParam[T](TypeRef[IFoo](TypeRef[U])), TypeParam[U](TypeRef[Bar]))');
  });

  it('lowers enum members to constant fields and delegates to function types', async () => {
    expect(await members('[X] B = 1, C', 'enum')).toEqual([
      'Field[B]{Static Exported Const}(Identifier[B], -, Literal[1], List(Attribute[X]), List)',
      'Field[C]{Static Exported Const}(Identifier[C], -, -, List, List)',
    ]);
    expect(await shapes('public delegate Task<int> D(string s);')).toEqual([
      'Type[D]{Exported Alias}(Identifier[D], List, List, List, List, ' +
        'TypeRef[=>](List(Param[s](TypeRef[string], -, List)), TypeRef[Task](TypeRef[int])))',
    ]);
  });

  it('lowers type references', async () => {
    expect(await type('System.Collections.Generic.List<A.B?>')).toBe(
      'TypeRef[System.Collections.Generic.List](TypeRef[A.B]{Nullable})',
    );
    expect(await type('global::A.B')).toBe('TypeRef[A.B]');
    expect(await type('int?[][]')).toBe('TypeRef[[]](TypeRef[[]](TypeRef[int]{Nullable}))');
    expect(await type('(int a, string? b)')).toBe('TypeRef[(,)](TypeRef[int], TypeRef[string]{Nullable})');
  });
});

describe('members', () => {
  it('makes one field a declarator', async () => {
    expect(await members('[X] private readonly A b = new(), c; public const string D = "d";')).toEqual([
      'Field[b]{Readonly Private}(Identifier[b], TypeRef[A], New(-, List, -), List(Attribute[X]), List)',
      'Field[c]{Readonly Private}(Identifier[c], TypeRef[A], -, List, List)',
      'Field[D]{Static Exported Const}(Identifier[D], TypeRef[string], String[d], List, List)',
    ]);
  });

  it('lowers properties with accessors, initialisers and expression bodies', async () => {
    expect(await members('public int P { get; private set; } = 5; public int Q => 3;')).toEqual([
      'Field[P]{Exported Property}(Identifier[P], TypeRef[int], Literal[5], List, List(' +
        'Function[get]{Getter}(Identifier[get], List, -, -, List, List), ' +
        'Function[set]{Setter Private}(Identifier[set], List, -, -, List, List)))',
      'Field[Q]{Exported Property}(Identifier[Q], TypeRef[int], -, List, List(' +
        'Function[get]{Getter}(Identifier[get], List, -, Literal[3], List, List)))',
    ]);
  });

  it('gives setters and event accessors their value', async () => {
    const [property, event] = await members('int P { set => f(value); } event H E { add { } remove { } }');
    expect(property).toContain('Function[set]{Setter}(Identifier[set], List(Param[value](TypeRef[int], -, List))');
    expect(event).toContain('Function[remove](Identifier[remove], List(Param[value](TypeRef[H], -, List))');
  });

  it('names explicit implementations without the interface, and does not hold them private', async () => {
    expect(await members('void IFoo<T>.Bar() { } int IFoo.Baz => 1; void Own() { }')).toEqual([
      'Function[Bar](Identifier[Bar], List, TypeRef[void], Block, List, List)',
      'Field[Baz]{Property}(Identifier[Baz], TypeRef[int], -, List, List(' +
        'Function[get]{Getter}(Identifier[get], List, -, Literal[1], List, List)))',
      'Function[Own]{Private}(Identifier[Own], List, TypeRef[void], Block, List, List)',
    ]);
  });

  it('calls base and this at the start of constructor bodies', async () => {
    expect(await members('public A(int a) : base(a) { b(); } A() : this(1) => c();')).toEqual([
      'Function[A]{Exported Constructor}(Identifier[A], List(Param[a](TypeRef[int], -, List)), -, ' +
        'Block(Call(Base, List(Identifier[a]), -), Call(Identifier[b], List, -)), List, List)',
      'Function[A]{Constructor Private}(Identifier[A], List, -, ' +
        'Block(Call(This, List(Literal[1]), -), Call(Identifier[c], List, -)), List, List)',
    ]);
  });

  it('lowers destructors, operators, conversions and indexers', async () => {
    const lowered = await members(
      '~A() {} public static A operator +(A a, A b) => a; public static implicit operator int(A a) => 1; int this[int i] => i;',
    );
    expect(lowered.map((member) => member.slice(0, member.indexOf('(')))).toEqual([
      'Function[~A]{Private}',
      'Function[operator +]{Static Exported}',
      'Function[implicit operator]{Static Exported}',
      'Field[this[]]{Private Property}',
    ]);
    expect(lowered[3]).toContain('List(Param[i](TypeRef[int], -, List)), -, Identifier[i]');
  });

  it('flags extension methods, generators, overrides and interface members', async () => {
    const [extension] = await members(
      'public static IEnumerable<T> M<T>(this T a, params int[] b) { yield return a; }',
    );
    expect(extension).toBe(
      'Function[M]{Static Exported Extension Generator}(Identifier[M], ' +
        'List(Param[a](TypeRef[T], -, List), Param[b](TypeRef[[]](TypeRef[int]), -, List)), ' +
        'TypeRef[IEnumerable](TypeRef[T]), Block(List(Identifier[a])), List, List(TypeParam[T]))',
    );
    expect(await members('protected override void M() { }')).toEqual([
      'Function[M]{Override}(Identifier[M], List, TypeRef[void], Block, List, List)',
    ]);
    expect(await members('void M();', 'interface')).toEqual([
      'Function[M]{Exported}(Identifier[M], List, TypeRef[void], -, List, List)',
    ]);
  });
});

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

describe('the preprocessor', () => {
  const branches = (condition: string): string => `#if ${condition}\na();\n#elif NET8_0\nb();\n#else\nc();\n#endif`;
  it.each([
    ['DEBUG', ['c']],
    ['!DEBUG', ['a']],
    ['NET6_0_OR_GREATER', ['a']],
    ['NETCOREAPP && !NETFRAMEWORK', ['a']],
    ['NETSTANDARD2_0', ['c']],
    ['(FOO || true)', ['a']],
    ['false', ['c']],
  ])('takes the compiled branch of #if %s', async (condition, expected) => {
    expect(calledNames(await lower(branches(condition)))).toEqual(expected);
  });

  it('leaves out what no branch compiles and takes what the file defines', async () => {
    expect(calledNames(await lower('#if FOO\na();\n#endif\n'))).toEqual([]);
    expect(calledNames(await lower('#define FOO\n#if FOO\na();\n#endif\n'))).toEqual(['a']);
  });

  it('follows branches among members, attributes, usings and arguments, and ignores regions', async () => {
    const source = `#if A
using X;
#else
using Y;
#endif
class C {
#if DEBUG
  [P]
#else
  [Q]
#endif
  void M() {
    #region calls
    f(
#if A
g()
#endif
    );
    #endregion
  }
#if !DEBUG
  void N() { h(); }
#endif
}`;
    const tree = await lower(source);
    expect(nodesOf(tree, Kind.Using).map((id) => tree.text(id))).toEqual(['Y']);
    expect(nodesOf(tree, Kind.Attribute).map((id) => tree.text(id))).toEqual(['Q']);
    expect(calledNames(tree).toSorted()).toEqual(['f', 'h']);
  });
});

const DEEP = 10_000;
const deep = (text: string): string => text.repeat(DEEP);

describe('robustness', () => {
  it.each([
    ['parentheses', `x = ${deep('(')}a${deep(')')};`],
    ['blocks', deep('{') + deep('}')],
    ['arguments', `${deep('f(')}${deep(')')};`],
    ['a chain of calls', `x${deep('.a()')};`],
    ['conditional accesses', `x${deep('?.a()')};`],
    ['sums', `x = a${deep(' + b')};`],
    ['coalescing', `x = a${deep(' ?? b')};`],
    ['awaits before ?.', `x = ${deep('await ')}a?.b;`],
    ['classes', deep('class A {') + deep('}')],
    ['type arguments', `${deep('A<')}B${deep('>')} x;`],
    ['tuples', `var ${deep('(a, ')}b${deep(')')} = c;`],
    ['lambdas', `x = ${deep('y => ')}z;`],
    ['initialisers', `x = new A ${deep('{ B = ')}1${deep('}')};`],
    ['#if', `${deep('#if true\n')}a();\n${deep('#endif\n')}`],
    ['else if', `${deep('if (a) b(); else ')}c();`],
    ['garbage', deep('({[<')],
  ])('does not overflow on deeply nested %s', async (_, source) => {
    const tree = await lower(source);
    expect(tree.kind(tree.root)).toBe(Kind.File);
    expect(() => printTree(tree)).not.toThrow();
  });

  it('still sees the calls of a chain or sum too long for a tree', async () => {
    expect(calledNames(await lower(`x${'.a()'.repeat(1000)};`))).toHaveLength(1000);
    expect(calledNames(await lower(`x = s${' + a()'.repeat(1000)};`))).toHaveLength(1000);
  });

  it('lowers what surrounds a syntax error', async () => {
    const tree = await lower('class A { void M() { a(; b(); } int ) } class B { void N() { c(); } }');
    expect(calledNames(tree)).toEqual(expect.arrayContaining(['b', 'c']));
  });
});

/** A file with most constructs, for the properties that hold for every tree. */
const MIXED = `
using System;
[assembly: A(typeof(B))]
namespace N;
public class C(int a, string b) : D(f1(a)), I
{
    private readonly X x = new() { P = f2() }, y = f3();
    public int Q { get => f4(); set { f5(value); } } = f6();
    int this[int i] { get { return f7(i); } set { f8(value); } }
    public C(int z) : this(z, f9()) => f10();
    public async Task<T?> M<T>([K(nameof(C))] this int p = 3) where T : class
    {
        var (u, v) = await f11()?.g()!;
        foreach (var (k, _) in f12()) { if (k is Foo { Bar: 1 } foo && foo.h()?.i() == f13()) f14(); }
        return q?.r(s => s.t($"{f15()}"), out var o) ?? o switch { 1 => f16(), Z z when z.w() => throw new E(f17()), _ => default };
        int local(int m = 4) => f18(m)[f19()];
        var e = from c in db.Cs join d in f20() on c.X equals f21(d) into gg where f22(c) select new { c.Y, W = f23() };
        (q, x.P) = (f24(), f25() as Foo);
        var w = record with { A = f26(), B = [f27(), ..f28()] };
        using (f29()) try { } catch (Exception ex) when (f30(ex)) { }
    }
}`;

describe('every tree', () => {
  it('holds each node once and every call of the source once', async () => {
    const syntax = await syntaxOf(MIXED);
    const tree = treeOf(syntax);
    const seen = new Set<number>([tree.root]);
    const pending = [tree.root];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      for (const child of tree.children(id)) {
        expect(seen.has(child)).toBe(false);
        seen.add(child);
        pending.push(child);
      }
    }
    let written = 0;
    for (let at = 1; at < tree.nodes.length; at += 6 + (tree.nodes[at + 5] ?? 0)) written++;
    expect(seen.size).toBe(written);
    expect(endsOfCalls(tree)).toEqual(endsOfInvocations(syntax));
  });

  it('spans its children', async () => {
    const tree = await lower(MIXED);
    for (const call of nodesOf(tree, Kind.Call)) {
      for (const child of tree.children(call)) {
        expect(tree.start(child)).toBeGreaterThanOrEqual(tree.start(call));
        expect(tree.end(child)).toBeLessThanOrEqual(tree.end(call));
      }
    }
  });
});

function endsOfCalls(tree: Tree): number[] {
  return nodesOf(tree, Kind.Call)
    .map((id) => tree.end(id))
    .toSorted((a, b) => a - b);
}

/** Ends of what must become a Call: invocations but `nameof`, `typeof`, calls of base constructors. */
function endsOfInvocations(syntax: Syntax): number[] {
  const ends: number[] = [];
  for (let id = 0; id < syntax.length; id++) {
    const kind = syntax.type(id);
    const isCall = kind === 'invocation_expression' && syntax.text(syntax.field(id, 'function')) !== 'nameof';
    const isBase = kind === 'argument_list' && syntax.type(syntax.parent(id)) === 'base_list';
    if (isCall || isBase || kind === 'typeof_expression' || kind === 'constructor_initializer')
      ends.push(syntax.end(id));
  }
  return ends.toSorted((a, b) => a - b);
}
