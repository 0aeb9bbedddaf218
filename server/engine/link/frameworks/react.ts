import { Kind } from '../../lower/tree.ts';
import type { Expressions } from '../expressions.ts';
import { visitNodes } from '../linker.ts';
import type { Program } from '../program.ts';
import type { SourceFile } from '../sourceFile.ts';
import type { Framework } from './framework.ts';
import { isScript, ReactComponents } from './reactComponents.ts';
import { ReactEvents } from './reactEvents.ts';
import { reactTypes } from './reactProps.ts';
import { linkRendering } from './reactRender.ts';
import { ReactRoutes } from './reactRoutes.ts';

/** Components by program: a framework keeps nothing of its own between scans. */
const componentsOf = new WeakMap<Program, ReactComponents>();

/** React: events in JSX, props and contexts, routes to pages. */
export const react: Framework = {
  name: 'react',
  prepare({ program, expressions }) {
    const components = new ReactComponents(program);
    componentsOf.set(program, components);
    Object.assign(expressions.frameworkTypes, reactTypes(components, expressions));
    for (const file of program.files) if (isScript(file)) nameWrapped(file, program, expressions);
  },
  link(linker) {
    const components = componentsOf.get(linker.program);
    if (!components) return;
    const events = new ReactEvents(linker, components);
    for (const file of linker.program.files) {
      if (!isScript(file)) continue;
      events.find(file);
      linkRendering(linker, components, file);
    }
    new ReactRoutes(linker, components).read();
  },
};

/**
 * `const save = useCallback(() => …)`: a function given to a call that returns it again, as the rule packs say, is
 * known by the name the result is given.
 */
function nameWrapped(file: SourceFile, program: Program, expressions: Expressions): void {
  const { tree } = file;
  visitNodes(file, (node) => {
    if (tree.kind(node) !== Kind.Call) return;
    const holder = file.parent(node);
    const first = tree.children(tree.child(node, 1))[0] ?? 0;
    if (tree.kind(first) !== Kind.Function || program.table.functionAt(file, first)) return;
    const nameNode =
      tree.kind(holder) === Kind.Variable || tree.kind(holder) === Kind.Field
        ? tree.child(holder, 0)
        : tree.kind(holder) === Kind.Assign || tree.kind(holder) === Kind.Property
          ? holder
          : 0;
    if (nameNode === 0) return;
    const { model } = expressions.calls.resolve({ file, node });
    const returns = typeof model?.model === 'string' ? model.model : model?.model.returns;
    if (returns !== 'arg0') return;
    const symbol = program.functionOf({ file, node: first });
    symbol.name = tree.kind(holder) === Kind.Assign ? tree.text(tree.child(holder, 0)) : tree.text(holder);
    symbol.qualifiedName = symbol.qualifiedName.replace(/[^.]*$/, symbol.name);
    symbol.nameNode = nameNode;
  });
}
