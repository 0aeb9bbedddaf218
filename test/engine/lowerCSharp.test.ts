import { describe, expect, it } from 'vitest';
import { printTree } from '#engine/lower/printTree.ts';
import { Kind, lineOf } from '#engine/lower/tree.ts';
import { calledNames, lower, members, nodesOf, shapes, type } from './lowerCSharpSupport.ts';
import { FLAGS, KINDS, shape } from './treeShape.ts';

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

const branches = (condition: string): string => `#if ${condition}\na();\n#elif NET8_0\nb();\n#else\nc();\n#endif`;

describe('the preprocessor', () => {
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
