import { Kind } from '../lower/tree.ts';
import type { Expressions } from './expressions.ts';
import type { Location } from './sourceFile.ts';

const MAX_STEPS = 8;
const ITERATING = /^(forEach|map|flatMap)$/;

/** The expression a name or an exported member is initialised with; undefined for anything else. */
export function initializerOf(expressions: Expressions, at: Location): Location | undefined {
  const { file } = at;
  const { tree } = file;
  const { typescript } = expressions.program;
  const name = tree.text(at.node);
  if (tree.kind(at.node) === Kind.Identifier) {
    const local = file.findLocal(name, at.node);
    if (local !== 0) return tree.kind(local) === Kind.Variable ? initial({ file, node: local }) : undefined;
    return initializerOfBinding(typescript.resolve(name, file));
  }
  if (tree.kind(at.node) !== Kind.Member) return undefined;
  const on = expressions.typeOf({ file, node: tree.child(at.node, 0) });
  return on.kind === 'module' ? initializerOfBinding(typescript.resolveExport(on.file, name)) : undefined;
}

function initializerOfBinding(
  binding: ReturnType<Expressions['program']['typescript']['resolve']>,
): Location | undefined {
  if (binding?.kind === 'expression') return binding.at;
  return binding?.kind === 'variable' ? initial(binding.at) : undefined;
}

function initial({ file, node }: Location): Location | undefined {
  const value = file.tree.child(node, 2);
  return value === 0 ? undefined : { file, node: value };
}

/**
 * What an expression can be where it reads a property of the elements of an array literal that is being iterated:
 * `routes.forEach((route) => app.use(route.path, route.router))`. Undefined for anything else.
 */
export function iteratedValues(expressions: Expressions, at: Location): Location[] | undefined {
  let here: Location | undefined = at;
  for (let step = 0; here && step < MAX_STEPS && here.file.tree.kind(here.node) === Kind.Identifier; step++)
    here = initializerOf(expressions, here);
  if (!here || here.file.tree.kind(here.node) !== Kind.Member) return undefined;
  const { file } = here;
  const property = file.tree.text(here.node);
  const elements = iteratedElements(expressions, { file, node: file.tree.child(here.node, 0) });
  return elements?.flatMap((element) => {
    const { tree } = element.file;
    const found = tree
      .children(element.node)
      .find((node) => tree.kind(node) === Kind.Property && tree.text(node) === property);
    return found === undefined ? [] : [{ file: element.file, node: tree.child(found, 0) }];
  });
}

/** The object literals that a loop variable or a callback's parameter stands for. */
function iteratedElements(expressions: Expressions, at: Location): Location[] | undefined {
  const { file } = at;
  const { tree } = file;
  if (tree.kind(at.node) !== Kind.Identifier) return undefined;
  const local = file.findLocal(tree.text(at.node), at.node);
  let iterated = 0;
  if (tree.kind(local) === Kind.ForEach) iterated = tree.child(local, 2);
  if (tree.kind(local) === Kind.Param) {
    const call = file.parent(file.parent(file.enclosing(local, Kind.Function)));
    const callee = tree.kind(call) === Kind.Call ? tree.child(call, 0) : 0;
    if (tree.kind(callee) === Kind.Member && ITERATING.test(tree.text(callee))) iterated = tree.child(callee, 0);
  }
  let source: Location | undefined = iterated === 0 ? undefined : { file, node: iterated };
  for (let step = 0; source && step < MAX_STEPS && source.file.tree.kind(source.node) !== Kind.Array; step++)
    source = initializerOf(expressions, source);
  if (!source || source.file.tree.kind(source.node) !== Kind.Array) return undefined;
  const { file: from, node } = source;
  return from.tree
    .children(node)
    .flatMap((child) => (from.tree.kind(child) === Kind.Object ? [{ file: from, node: child }] : []));
}
