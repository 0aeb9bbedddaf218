import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind, type Tree } from '../../lower/tree.ts';
import type { Linker } from '../linker.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import type { Type } from '../types.ts';

const SAVE = 'efcore.save_changes';
/** Operations that only mark entities; the next save writes them. */
const MARKS: ReadonlySet<string> = new Set(['efcore.set_write', 'efcore.context_write']);
const COLLECTION_CHANGES: ReadonlySet<string> = new Set([
  'Add',
  'AddRange',
  'Insert',
  'Remove',
  'RemoveAll',
  'RemoveAt',
  'Clear',
]);
const MAX_CHAIN = 100;

/** A change of a tracked entity, by where it stands. */
interface Change {
  position: number;
  declaration: Location;
  entity: string;
  how: string;
}

/**
 * Lets each `SaveChanges` access the tables of the entities that the same function has added, updated or removed, or
 * read by a tracking query and then assigned to. What other functions track is not known and left out.
 */
export function linkTrackedChanges(linker: Linker): void {
  const operations = new Map<FunctionSymbol, DraftNode[]>();
  for (const edge of linker.graph.edges) {
    if (edge.kind !== 'performs' || !edge.target.rule.startsWith('efcore.')) continue;
    const fn = linker.graph.symbolOf(edge.source);
    if (!fn || edge.target.file !== fn.file) continue;
    const known = operations.get(fn);
    if (known) known.push(edge.target);
    else operations.set(fn, [edge.target]);
  }
  for (const [fn, nodes] of operations) {
    const saves = nodes.filter((node) => node.rule === SAVE).sort((a, b) => a.start - b.start);
    if (saves.length === 0) continue;
    const changes = [...markedChanges(linker, nodes), ...assignedChanges(linker, fn)];
    for (const change of changes) {
      const save = saves.find((node) => node.start > change.position);
      if (!save) continue;
      const detail = `${change.entity} is ${change.how} and saved here`;
      linker.facts.touches.push({ node: save, declaration: change.declaration, rule: 'efcore.tracked_change', detail });
    }
  }
}

function markedChanges(linker: Linker, nodes: readonly DraftNode[]): Change[] {
  return nodes.flatMap((node) => {
    const fact = MARKS.has(node.rule) ? linker.facts.entityOf.get(node) : undefined;
    return fact?.declaration
      ? [{ position: node.start, declaration: fact.declaration, entity: fact.entity, how: 'added, updated or removed' }]
      : [];
  });
}

/** Assignments to members of variables that hold what a tracking query gave. */
function assignedChanges(linker: Linker, fn: FunctionSymbol): Change[] {
  const { file } = fn;
  const { tree } = file;
  const changes: Change[] = [];
  const pending = [fn.node];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    pending.push(...tree.children(node));
    if (tree.kind(node) === Kind.Call) changes.push(...navigationChanges(linker, { file, node }));
    if (tree.kind(node) !== Kind.Assign) continue;
    const assigned = tree.child(node, 0);
    if (tree.kind(assigned) !== Kind.Member) continue;
    const object = { file, node: tree.child(assigned, 0) };
    const entity = isTracked(linker, object)
      ? entityOf(linker.expressions.typeOf(object))
      : stateOf(linker, object, tree.text(assigned));
    const declaration = entity?.declarations[0];
    if (entity && declaration)
      changes.push({ position: tree.start(node), declaration, entity: entity.name, how: 'read and changed' });
  }
  return changes;
}

/** `order.Lines.Add(line)` of a tracked order. */
function navigationChanges(linker: Linker, { file, node }: Location): Change[] {
  const { tree } = file;
  const callee = tree.child(node, 0);
  if (tree.kind(callee) !== Kind.Member || !COLLECTION_CHANGES.has(tree.text(callee))) return [];
  const collection = { file, node: tree.child(callee, 0) };
  if (tree.kind(collection.node) !== Kind.Member || !isTracked(linker, collection)) return [];
  const type = linker.expressions.typeOf(collection);
  const element = type.kind === 'external' && type.args.length === 1 ? type.args[0] : undefined;
  const entity = element && entityOf(element);
  const declaration = entity?.declarations[0];
  if (!entity || !declaration) return [];
  const how = 'put into or taken out of a navigation';
  return [{ position: tree.start(node), declaration, entity: entity.name, how }];
}

/** `context.Entry(order).State = EntityState.Modified`. */
function stateOf(linker: Linker, entry: Location, member: string): TypeSymbol | undefined {
  if (member !== 'State') return undefined;
  const type = linker.program.viewAsExternal(linker.expressions.typeOf(entry), 'EntityEntry', entry.file);
  return type?.args[0] && entityOf(type.args[0]);
}

function entityOf(type: Type): TypeSymbol | undefined {
  return type.kind === 'project' ? type.symbol : undefined;
}

/** Whether an expression is a local variable, or reached from one, that was read by a tracking query. */
function isTracked(linker: Linker, at: Location): boolean {
  const { file } = at;
  const { tree } = file;
  let node = at.node;
  while (tree.kind(node) === Kind.Member) node = tree.child(node, 0);
  if (tree.kind(node) !== Kind.Identifier) return false;
  const local = file.findLocal(tree.text(node), node);
  const source = sourceOf(tree, local);
  return source !== 0 && comesFromQuery(linker, { file, node: source });
}

/** What a variable is initialised with, or a loop goes over. */
function sourceOf(tree: Tree, local: number): number {
  if (tree.kind(local) === Kind.Variable || tree.kind(local) === Kind.ForEach) return tree.child(local, 2);
  return 0;
}

/** Follows a chain of calls down to a DbSet; `AsNoTracking` and projections on the way end the tracking. */
function comesFromQuery(linker: Linker, from: Location): boolean {
  const { file } = from;
  const { tree } = file;
  let node = from.node;
  for (let steps = 0; node !== 0 && steps < MAX_CHAIN; steps++) {
    const type = linker.expressions.typeOf({ file, node });
    if (linker.program.viewAsExternal(type, 'DbSet', file)) return true;
    switch (tree.kind(node)) {
      case Kind.Await:
      case Kind.Cast:
        node = tree.child(node, 0);
        break;
      case Kind.Binary:
        // `await query ?? throw`.
        node = tree.child(node, 0);
        break;
      case Kind.Call: {
        const callee = tree.child(node, 0);
        if (
          tree.kind(callee) !== Kind.Member ||
          /^(AsNoTracking\w*|Select|SelectMany|ProjectTo|GroupBy)$/.test(tree.text(callee))
        )
          return false;
        node = tree.child(callee, 0);
        break;
      }
      case Kind.Identifier:
        node = sourceOf(tree, file.findLocal(tree.text(node), node));
        break;
      default:
        return false;
    }
  }
  return false;
}
