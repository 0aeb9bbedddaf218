import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import type { SourceFile } from '../sourceFile.ts';
import type { ReactComponents } from './reactComponents.ts';
import { loadFunctions } from './reactPages.ts';

/** Draws `calls` from what renders an own component to what runs when the component is shown. */
export function linkRendering(linker: Linker, components: ReactComponents, file: SourceFile): void {
  const { tree } = file;
  visitNodes(file, (node) => {
    if (tree.kind(node) !== Kind.JsxElement || tree.child(node, 0) === 0 || isInRoute(file, node)) return;
    const caller = linker.program.table.enclosingFunction(file, node);
    const component = caller && components.own({ file, node: tree.child(node, 0) });
    if (!component) return;
    const source = linker.graph.function(caller);
    for (const fn of loadFunctions(component)) {
      const callee = linker.program.countedTo(fn);
      if (callee === caller) continue;
      linker.graph.edge({
        source,
        target: linker.graph.function(callee),
        kind: 'calls',
        rule: 'react.render',
        confidence: 'likely',
        at: { file, node },
      });
    }
  });
}

/** What a route shows is shown at its own path, not where the route is declared. */
function isInRoute(file: SourceFile, element: number): boolean {
  const { tree } = file;
  for (let node = element; node !== 0; node = file.parent(node)) {
    if (tree.kind(node) === Kind.Function && file.parent(node) !== 0 && tree.kind(file.parent(node)) !== Kind.List)
      return false;
    if (tree.kind(node) === Kind.JsxElement && tree.text(node).endsWith('Route')) return true;
    if (tree.kind(node) === Kind.Property && /^(element|Component|component)$/.test(tree.text(node))) return true;
  }
  return false;
}
