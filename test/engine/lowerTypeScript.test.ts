import { describe, expect, it } from 'vitest';
import { printTree } from '#engine/lower/printTree.ts';
import { columnOf, Flag, Kind } from '#engine/lower/tree.ts';
import { built, expression, lower, shapes } from './lowerTypeScriptSupport.ts';
import { shape } from './treeShape.ts';

describe('imports', () => {
  it('names what each import takes from the other module', async () => {
    expect(await shapes(`import a, { b as c, type D } from './m'; import * as e from "n"; import 'side';`)).toEqual([
      'Import[./m](ImportName[default](Identifier[a]), ImportName[b](Identifier[c]), ImportName[D]{TypeOnly}(Identifier[D]))',
      'Import[n](ImportName[*](Identifier[e]))',
      'Import[side]',
    ]);
  });

  it('marks imports of types', async () => {
    expect(await shapes(`import type T from 'm'; import { type } from 'm';`)).toEqual([
      'Import[m]{TypeOnly}(ImportName[default](Identifier[T]))',
      'Import[m](ImportName[type](Identifier[type]))',
    ]);
  });

  it('reads require as an import', async () => {
    const source = `import fs = require('fs');
      const m = require('m'), n = 1;
      const { a, b: c } = require('./n');
      const R = require('x').Router;
      require('./side');`;
    expect(await shapes(source)).toEqual([
      'Import[fs](ImportName[*](Identifier[fs]))',
      'Import[m](ImportName[*](Identifier[m]))',
      'Variable[n]{Const}(Identifier[n], -, Literal[1])',
      'Import[./n](ImportName[a](Identifier[a]), ImportName[b](Identifier[c]))',
      'Import[x](ImportName[Router](Identifier[R]))',
      'Import[./side]',
    ]);
  });

  it('keeps require in the middle of an expression, and dynamic import, as calls', async () => {
    expect(await expression(`require('m')(1)`)).toBe(
      'Call(Call(Identifier[require], List(String[m]), -), List(Literal[1]), -)',
    );
    expect(await expression(`import('./lazy')`)).toBe('Call(Identifier[import], List(String[./lazy]), -)');
  });
});

describe('exports', () => {
  it('lowers export clauses', async () => {
    const source = `export { a as b, c }; export { default as D } from './m'; export * from './n';
      export * as ns from './o'; export type { T } from './t';`;
    expect(await shapes(source)).toEqual([
      'Export(ExportName[b](Identifier[a]), ExportName[c](Identifier[c]))',
      'Export[./m](ExportName[D](Identifier[default]))',
      'Export[./n](ExportName[*](-))',
      'Export[./o](ExportName[ns](Identifier[*]))',
      'Export[./t]{TypeOnly}(ExportName[T](Identifier[T]))',
    ]);
    expect(await shapes(`export { default } from './x';`, 'javascript')).toEqual([
      'Export[./x](ExportName[default](Identifier[default]))',
    ]);
  });

  it('flags exported declarations', async () => {
    const tree = await lower(`export const a = 1, { b } = c; export async function f() {} export default class D {}
      export enum E {} export namespace N {} export declare function g(): void; export abstract class A {}`);
    const exported = tree
      .children(tree.root)
      .filter((id) => tree.has(id, Flag.Exported))
      .map((id) => `${tree.text(id)}${tree.has(id, Flag.Default) ? ' (default)' : ''}`);
    expect(exported).toEqual(['a', 'b', 'f', 'D (default)', 'E', 'N', 'g', 'A']);
  });

  it('lowers default exports of values', async () => {
    expect(await shapes('export default router;')).toEqual(['ExportDefault(Identifier[router])']);
    expect(await shapes('export = Foo;')).toEqual(['ExportDefault(Identifier[Foo])']);
    expect(await shapes('export as namespace Foo;')).toEqual([]);
  });

  it('calls default exports without a name default', async () => {
    expect(await shapes('export default async function () {}')).toEqual([
      'Function[default]{Exported Default Async}(Identifier[default], List, -, Block, List, List)',
    ]);
    expect(await shapes('export default class extends A {}')).toEqual([
      'Type[default]{Exported Default Class}(Identifier[default], List, List(TypeRef[A]), List, List, -)',
    ]);
  });

  it('reads CommonJS exports', async () => {
    const source = `module.exports = { a, b: c, d: 1 };
      module.exports.x = () => 1;
      exports.y = y;
      exports.z = f();
      const app = module.exports = express();
      module.exports = exports = g;`;
    expect(await shapes(source, 'javascript')).toEqual([
      'ExportDefault(Object(Property[a](Identifier[a], -), Property[b](Identifier[c], -), Property[d](Literal[1], -)))',
      'Export(ExportName[a](Identifier[a]), ExportName[b](Identifier[c]))',
      'Variable[x]{Exported}(Identifier[x], -, Function{Lambda}(-, List, -, Literal[1], List, List))',
      'Export(ExportName[y](Identifier[y]))',
      'Variable[z]{Exported}(Identifier[z], -, Call(Identifier[f], List, -))',
      'Variable[app]{Const}(Identifier[app], -, Call(Identifier[express], List, -))',
      'ExportDefault(Identifier[app])',
      'ExportDefault(Identifier[g])',
    ]);
  });
});

describe('classes', () => {
  it('lowers a whole class with exact positions', async () => {
    const source = `@Injectable()
export class Users extends Base<User> implements OnInit {
  @Input() name?: string;
  constructor(private readonly http: HttpClient) {
    super();
  }
  load = (id: number) => this.http.get<User>(\`/users/\${id}\`);
}
`;
    const tree = await lower(source);
    expect(`\n${printTree(tree)}`).toMatchInlineSnapshot(`
      "
      File @1:1-9:1
        Type "Users" (Exported Class) @1:1-8:2
          Identifier "Users" @2:14-2:19
          List @1:1-1:1
          List @1:1-1:1
            TypeRef "Base" @2:28-2:32
              TypeRef "User" @2:33-2:37
            TypeRef "OnInit" @2:50-2:56
          List @1:1-1:1
            Attribute "Injectable" @1:1-1:14
          List @1:1-1:1
            Field "name" (Optional) @3:3-3:25
              Identifier "name" @3:12-3:16
              TypeRef "string" @3:19-3:25
              -
              List @3:3-3:3
                Attribute "Input" @3:3-3:11
              List @3:3-3:3
            Field "http" (Readonly Private Property) @4:15-4:48
              Identifier "http" @4:32-4:36
              TypeRef "HttpClient" @4:38-4:48
              -
              List @4:15-4:15
              List @4:15-4:15
            Function "constructor" (Constructor) @4:3-6:4
              Identifier "constructor" @4:3-4:14
              List @4:14-4:49
                Param "http" @4:15-4:48
                  TypeRef "HttpClient" @4:38-4:48
                  -
                  List @4:15-4:15
              -
              Block @4:50-6:4
                Call @5:5-5:12
                  Base @5:5-5:10
                  List @5:10-5:12
                  -
              List @4:3-4:3
              List @4:3-4:3
            Field "load" @7:3-7:61
              Identifier "load" @7:3-7:7
              -
              Function (Lambda) @7:10-7:61
                -
                List @7:10-7:22
                  Param "id" @7:11-7:21
                    TypeRef "number" @7:15-7:21
                    -
                    List @7:11-7:11
                -
                Call @7:26-7:61
                  Member "get" @7:26-7:39
                    Member "http" @7:26-7:35
                      This @7:26-7:30
                  List @7:45-7:61
                    Template @7:46-7:60
                      String "/users/" @7:47-7:54
                      Identifier "id" @7:56-7:58
                  List @7:39-7:45
                    TypeRef "User" @7:40-7:44
                List @7:10-7:10
                List @7:10-7:10
              List @7:3-7:3
              List @7:3-7:3
          -
      "
    `);
  });

  it('keeps the order of bases and turns mixins into types, their calls into members', async () => {
    const [shapeOfClass] = await shapes('class A extends mixin(B, { c: d() }) implements I<string>, N.J {}');
    expect(shapeOfClass).toBe(
      'Type[A]{Class}(Identifier[A], List, ' +
        'List(TypeRef[mixin](TypeRef[B]), TypeRef[I](TypeRef[string]), TypeRef[N.J]), List, ' +
        'List(Call(Identifier[mixin], List(Identifier[B], Object(Property[c](Call(Identifier[d], List, -), -))), -)), -)',
    );
    expect(await shapes('class A extends B.C {}', 'javascript')).toEqual([
      'Type[A]{Class}(Identifier[A], List, List(TypeRef[B.C]), List, List, -)',
    ]);
  });

  it('makes parameter properties fields too, without a second copy of calls in their decorators', async () => {
    const source = `class A { constructor(@Inject(forwardRef(() => B), 'b') private b: B, public c?: C, d: D) {} }`;
    const tree = await lower(source);
    const members = tree.child(tree.child(tree.root, 0), 4);
    expect(tree.children(members).map((id) => shape(tree, id))).toEqual([
      'Field[b]{Private Property}(Identifier[b], TypeRef[B], -, List(Attribute[Inject](String[b])), List)',
      'Field[c]{Optional Property}(Identifier[c], TypeRef[C], -, List, List)',
      'Function[constructor]{Constructor}(Identifier[constructor], List(' +
        'Param[b](TypeRef[B], -, List(Attribute[Inject](Call(Identifier[forwardRef], ' +
        'List(Function{Lambda}(-, List, -, Identifier[B], List, List)), -), String[b]))), ' +
        'Param[c]{Optional}(TypeRef[C], -, List), Param[d](TypeRef[D], -, List)), -, Block, List, List)',
    ]);
  });

  it('puts get and set of one name into one field', async () => {
    const tree = await lower(
      'class A { @D() get v(): string { return f(); } m() {} set v(x: string) {} static get v() {} }',
    );
    const members = tree.child(tree.child(tree.root, 0), 4);
    expect(tree.children(members).map((id) => shape(tree, id))).toEqual([
      'Field[v]{Property}(Identifier[v], TypeRef[string], -, List(Attribute[D]), List(' +
        'Function[v]{Getter}(Identifier[v], List, TypeRef[string], Block(Return(Call(Identifier[f], List, -))), List, List), ' +
        'Function[v]{Setter}(Identifier[v], List(Param[x](TypeRef[string], -, List)), -, Block, List, List)))',
      'Function[m](Identifier[m], List, -, Block, List, List)',
      'Field[v]{Static Property}(Identifier[v], -, -, List, ' +
        'List(Function[v]{Static Getter}(Identifier[v], List, -, Block, List, List)))',
    ]);
  });

  it('lowers every other kind of member', async () => {
    const source = `abstract class A {
      static readonly x = 1; #p; static { f(); } async *g() {} abstract h(): void; private i?(): void;
      [k()]() {} 'quoted-name'() {} override async o(this: A, a?: string, ...rest: B[]) {} declare d: D; [key: string]: unknown;
    }`;
    const tree = await lower(source);
    const members = tree.child(tree.child(tree.root, 0), 4);
    expect(tree.children(members).map((id) => shape(tree, id))).toEqual([
      'Field[x]{Static Readonly}(Identifier[x], -, Literal[1], List, List)',
      'Field[#p]{Private}(Identifier[#p], -, -, List, List)',
      'Block(Call(Identifier[f], List, -))',
      'Function[g]{Async Generator}(Identifier[g], List, -, Block, List, List)',
      'Function[h]{Abstract}(Identifier[h], List, TypeRef[void], -, List, List)',
      'Function[i]{Private Optional}(Identifier[i], List, TypeRef[void], -, List, List)',
      'Function[[k()]](Identifier[[k()]], List, -, Block, List, List)',
      'Call(Identifier[k], List, -)',
      'Function[quoted-name](Identifier[quoted-name], List, -, Block, List, List)',
      'Function[o]{Async Override}(Identifier[o], List(Param[a]{Optional}(TypeRef[string], -, List), ' +
        'Param[rest](TypeRef[[]](TypeRef[B]), -, List)), -, Block, List, List)',
      'Field[d](Identifier[d], TypeRef[D], -, List, List)',
    ]);
  });

  it('finds decorators wherever they stand', async () => {
    const source = `@A @B.c(1) export class X { @D() @E('e') m(@F() p) {} @G f = 1; @H() get q() { return 1; } }`;
    for (const language of ['typescript', 'tsx'] as const) {
      const tree = await lower(source, language);
      const names = built(tree)
        .filter((id) => tree.kind(id) === Kind.Attribute)
        .map((id) => `${tree.text(id)} ${columnOf(tree.start(id))}-${columnOf(tree.end(id))}`);
      expect(names.toSorted()).toEqual(
        ['A 1-3', 'B.c 4-11', 'D 29-33', 'E 34-41', 'F 44-48', 'G 55-57', 'H 65-69'].toSorted(),
      );
      const [declared = 0] = tree.children(tree.root);
      expect(tree.start(declared)).toBe((1 << 12) | 1);
    }
    expect((await shapes('class X { @D(f()) m() {} }', 'javascript'))[0]).toContain(
      'Attribute[D](Call(Identifier[f], List, -))',
    );
  });

  it('lowers class expressions where they stand', async () => {
    expect(await expression('class extends B { }')).toBe('Type{Class}(-, List, List(TypeRef[B]), List, List, -)');
  });
});

describe('other declarations', () => {
  it('lowers interfaces, aliases, enums and namespaces', async () => {
    const source = `interface I<T extends B> extends J<T>, K { readonly a?: string; m<U>(x: U): void; (): T; new (): I; }
      type A<T> = T; enum E { X = 1, Y, 'z-z' = f() } namespace N.M { g(); } declare module 'm' { const c: C; }
      declare global { interface W {} } import Q = N.M;`;
    expect(await shapes(source)).toEqual([
      'Type[I]{Interface}(Identifier[I], List(TypeParam[T](TypeRef[B])), List(TypeRef[J](TypeRef[T]), TypeRef[K]), List, ' +
        'List(Field[a]{Readonly Optional}(Identifier[a], TypeRef[string], -, List, List), ' +
        'Function[m](Identifier[m], List(Param[x](TypeRef[U], -, List)), TypeRef[void], -, List, List(TypeParam[U])), ' +
        'Function(-, List, TypeRef[T], -, List, List), Function{Constructor}(-, List, TypeRef[I], -, List, List)), -)',
      'Type[A]{Alias}(Identifier[A], List(TypeParam[T]), List, List, List, TypeRef[T])',
      'Type[E]{Enum}(Identifier[E], List, List, List, List(Field[X](Identifier[X], -, Literal[1], List, List), ' +
        'Field[Y](Identifier[Y], -, -, List, List), ' +
        'Field[z-z](Identifier[z-z], -, Call(Identifier[f], List, -), List, List)), -)',
      'Namespace[N.M](Call(Identifier[g], List, -))',
      'Namespace[m](Variable[c]{Const}(Identifier[c], TypeRef[C], -))',
      'Namespace[global](Type[W]{Interface}(Identifier[W], List, List, List, List, -))',
      'Variable[Q]{Const}(Identifier[Q], -, Member[M](Identifier[N]))',
    ]);
  });

  it('lowers functions, generators and overloads', async () => {
    expect(await shapes('function f(a: string): void; function f(a = 1) {} function* g() { yield h(); }')).toEqual([
      'Function[f](Identifier[f], List(Param[a](TypeRef[string], -, List)), TypeRef[void], -, List, List)',
      'Function[f](Identifier[f], List(Param[a](-, Literal[1], List)), -, Block, List, List)',
      'Function[g]{Generator}(Identifier[g], List, -, Block(Call(Identifier[h], List, -)), List, List)',
    ]);
  });
});
