import { Kind } from '../../lower/tree.ts';
import { propertyIn } from '../decorators.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { functionsOf } from '../routes.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { Framework } from './framework.ts';
import { ReactComponents } from './reactComponents.ts';
import { addPage, componentsIn } from './reactPages.ts';
import { returnedExpressions } from './returned.ts';

const PROVIDER = 'TanStack Router';
const FILE_ROUTE = /^@tanstack\/(react|solid)-(router|start)#create(Lazy)?FileRoute$/;
const ROUTE = /^@tanstack\/(react|solid)-router#createRoute$/;
const MAX_DEPTH = 12;

/** TanStack Router: `createFileRoute('/posts/$id')({ component })`, `createRoute({ getParentRoute, path, component })`. */
export const tanstackRouter: Framework = {
  name: 'tanstackRouter',
  link(linker) {
    const files = linker.program.files.filter(
      (file) =>
        !isCSharp(file) &&
        ['createFileRoute', 'createLazyFileRoute', 'createRoute'].some((name) => file.tree.mentions(name)),
    );
    if (files.length === 0) return;
    const components = new ReactComponents(linker.program);
    for (const file of files) {
      visitNodes(file, (node) => {
        if (file.tree.kind(node) === Kind.Call) visitCall(linker, components, { file, node });
      });
    }
  },
};

function visitCall(linker: Linker, components: ReactComponents, at: Location): void {
  const { expressions } = linker;
  const route = routeOf(linker, at, 0);
  if (!route) return;
  const component = propertyIn(expressions, route.options, 'component');
  if (component.node === 0) return;
  addPage(linker, {
    at,
    path: route.path,
    provider: PROVIDER,
    rule: 'tanstack_router.route',
    components: componentsIn(components, component),
    loaders: functionsOf(linker, propertyIn(expressions, route.options, 'loader')),
  });
}

/** The options and the full path of the route that a call makes. */
function routeOf(linker: Linker, at: Location, depth: number): { options: Location; path: string } | undefined {
  const { file, node } = at;
  const { tree } = file;
  if (tree.kind(node) !== Kind.Call || depth > MAX_DEPTH) return undefined;
  const { expressions, texts } = linker;
  const options = { file, node: tree.children(tree.child(node, 1))[0] ?? 0 };
  const callee = tree.child(node, 0);
  if (tree.kind(callee) === Kind.Call) {
    const { externalFunction } = expressions.calls.resolve({ file, node: callee });
    const path = texts.exactText({ file, node: tree.children(tree.child(callee, 1))[0] ?? 0 });
    // Folders that begin with `_` or are in parentheses are no part of the path.
    const shown = path?.replace(/\/(_[^/]*|\([^/]*\))(?=\/|$)/g, '');
    return FILE_ROUTE.test(externalFunction) && shown !== undefined ? { options, path: below('', shown) } : undefined;
  }
  if (!ROUTE.test(expressions.calls.resolve(at).externalFunction)) return undefined;
  const own = texts.exactText(propertyIn(expressions, options, 'path')) ?? '';
  return { options, path: below(parentPath(linker, options, depth), own) };
}

function parentPath(linker: Linker, options: Location, depth: number): string {
  const [parent] = returnedExpressions(propertyIn(linker.expressions, options, 'getParentRoute'));
  if (!parent || parent.file.tree.kind(parent.node) !== Kind.Identifier) return '';
  const binding = linker.program.typescript.resolve(parent.file.tree.text(parent.node), parent.file);
  if (binding?.kind !== 'variable') return '';
  const made = { file: binding.at.file, node: binding.at.file.tree.child(binding.at.node, 2) };
  return routeOf(linker, made, depth + 1)?.path ?? '';
}

function below(parent: string, path: string): string {
  return `/${[...parent.split('/'), ...path.split('/')].filter((part) => part !== '').join('/')}`;
}
