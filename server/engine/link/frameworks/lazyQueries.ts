import { Kind } from '../../lower/tree.ts';
import { initializerOf } from '../initializers.ts';
import { type Linker, visitTree } from '../linker.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { Type } from '../types.ts';
import type { Framework } from './framework.ts';

const MAX_CHAIN = 60;
/** Methods that execute a query that is a promise only when it is asked for its result. */
const EXECUTING: ReadonlySet<string> = new Set([
  'then',
  'catch',
  'finally',
  'exec',
  'execute',
  'asCallback',
  'stream',
  'pipe',
  'cursor',
  'toPromise',
]);

/** A query builder whose queries run when they are awaited, returned or asked for their result. */
interface LazyDialect {
  /** Library type of a query that is being composed. */
  query: string;
  provider: string;
  rule: string;
  /** Steps that make the query a write; a query without one reads. */
  writes: ReadonlySet<string>;
  /** Steps whose first argument is the table; the first call of the chain too when it is called like a function. */
  tables: ReadonlySet<string>;
  /** Library type of the models that queries start at, where the entity is the model's. */
  model?: string;
}

const DIALECTS: readonly LazyDialect[] = [
  {
    query: 'knex#QueryBuilder',
    provider: 'Knex',
    rule: 'knex.query',
    writes: new Set([
      'insert',
      'update',
      'del',
      'delete',
      'truncate',
      'upsert',
      'increment',
      'decrement',
      'batchInsert',
    ]),
    tables: new Set(['from', 'into', 'table', 'knex', '']),
  },
  {
    query: 'drizzle-orm#Query',
    provider: 'Drizzle',
    rule: 'drizzle.query',
    writes: new Set(['insert', 'update', 'delete']),
    tables: new Set(['from', 'insert', 'update', 'delete']),
  },
  {
    query: 'mongoose#Query',
    provider: 'Mongoose',
    rule: 'mongoose.query',
    writes: new Set([
      'updateOne',
      'updateMany',
      'replaceOne',
      'deleteOne',
      'deleteMany',
      'remove',
      'update',
      'findOneAndUpdate',
      'findByIdAndUpdate',
      'findOneAndDelete',
      'findByIdAndDelete',
      'findOneAndRemove',
      'findByIdAndRemove',
      'findOneAndReplace',
    ]),
    tables: new Set(),
    model: 'mongoose#Model',
  },
];

/** Query builders that execute lazily: one operation where the query runs, none for the steps that compose it. */
export const lazyQueries: Framework = {
  name: 'lazy queries',
  finish(linker) {
    for (const file of linker.program.files) {
      if (isCSharp(file)) continue;
      const { tree } = file;
      visitTree(file, (node) => {
        const kind = tree.kind(node);
        if ((kind === Kind.Call || kind === Kind.Identifier || kind === Kind.Member) && isResultWanted({ file, node }))
          visit(linker, { file, node });
      });
    }
  },
};

/** Whether the value of an expression is awaited, returned, or asked for its result. */
function isResultWanted(at: Location): boolean {
  const { tree } = at.file;
  const parent = at.file.parent(at.node);
  switch (tree.kind(parent)) {
    case Kind.Await:
    case Kind.Return:
      return true;
    case Kind.Function:
      return tree.child(parent, 3) === at.node;
    case Kind.Member:
      return EXECUTING.has(tree.text(parent)) && tree.kind(at.file.parent(parent)) === Kind.Call;
    case Kind.Array: {
      const call = at.file.parent(at.file.parent(parent));
      return (
        tree.kind(call) === Kind.Call &&
        /^(all|allSettled|race|transaction|batch)$/.test(tree.text(tree.child(call, 0)))
      );
    }
    default:
      return false;
  }
}

function visit(linker: Linker, at: Location): void {
  const type = linker.expressions.typeOf(at);
  if (type.kind !== 'external') return;
  const dialect = DIALECTS.find(({ query }) => query === type.name);
  if (!dialect || isWithinQuery(linker, at, dialect)) return;
  const steps = stepsOf(linker, at, dialect);
  if (steps.length === 0) return;
  add(linker, dialect, steps, executionOf(at));
}

/** `query.exec()` is the execution of the query, `query.then(…)` only waits for it. */
function executionOf(at: Location): Location {
  const { file } = at;
  const member = file.parent(at.node);
  const isExecuted =
    file.tree.kind(member) === Kind.Member && /^(exec|execute|stream|cursor)$/.test(file.tree.text(member));
  return isExecuted ? { file, node: file.parent(member) } : at;
}

/** A query inside the arguments of a step of another query is part of that one. */
function isWithinQuery(linker: Linker, at: Location, dialect: LazyDialect): boolean {
  const { file } = at;
  for (let node = file.parent(at.node); node !== 0; node = file.parent(node)) {
    const list = file.parent(node);
    const call = file.parent(list);
    if (file.tree.kind(list) !== Kind.List || file.tree.kind(call) !== Kind.Call || file.tree.child(call, 1) !== list)
      continue;
    const type = linker.expressions.typeOf({ file, node: call });
    if (
      type.kind === 'external' &&
      type.name === dialect.query &&
      !EXECUTING.has(file.tree.text(file.tree.child(call, 0)))
    )
      return true;
  }
  return false;
}

function isQuery(linker: Linker, at: Location, dialect: LazyDialect): boolean {
  const type = linker.expressions.typeOf(at);
  return type.kind === 'external' && type.name === dialect.query;
}

/** The calls a query is composed of, the last first, through local variables. */
function stepsOf(linker: Linker, at: Location, dialect: LazyDialect): Location[] {
  const steps: Location[] = [];
  let here: Location | undefined = at;
  for (let count = 0; here && here.node !== 0 && count < MAX_CHAIN && isQuery(linker, here, dialect); count++) {
    const { file, node }: Location = here;
    const { tree } = file;
    switch (tree.kind(node)) {
      case Kind.Call:
        // A function of the scanned code that returns a query has made it, and is where it is reported.
        if (linker.expressions.calls.resolve({ file, node }).functions.length > 0) return steps;
        steps.push({ file, node });
        here = { file, node: tree.kind(tree.child(node, 0)) === Kind.Member ? tree.child(tree.child(node, 0), 0) : 0 };
        break;
      case Kind.Cast:
      case Kind.Await:
        here = { file, node: tree.child(node, 0) };
        break;
      case Kind.Identifier:
        here = initializerOf(linker.expressions, { file, node });
        break;
      default:
        here = undefined;
    }
  }
  return steps;
}

function add(linker: Linker, dialect: LazyDialect, steps: readonly Location[], at: Location): void {
  const { graph, facts, program } = linker;
  const isWrite = steps.some((step) => dialect.writes.has(nameOf(step)));
  const entity = entityOf(linker, dialect, steps);
  if (entity === undefined && dialect.model !== undefined) return;
  const within = program.table.enclosingFunction(at.file, at.node);
  const node = graph.operation({
    kind: isWrite ? 'database_write' : 'database_read',
    at,
    target: entity?.name,
    provider: dialect.provider,
    rule: dialect.rule,
    within,
  });
  if (entity) facts.entityOf.set(node, { entity: entity.name, declaration: entity.declaration });
  if (within)
    graph.edge({
      source: graph.function(within),
      target: node,
      kind: 'performs',
      rule: dialect.rule,
      confidence: 'certain',
    });
}

function nameOf(step: Location): string {
  const { tree } = step.file;
  const callee = tree.child(step.node, 0);
  return tree.kind(callee) === Kind.Member ? tree.text(callee) : '';
}

function entityOf(
  linker: Linker,
  dialect: LazyDialect,
  steps: readonly Location[],
): { name: string; declaration: Location | undefined } | undefined {
  if (dialect.model !== undefined) return modelEntity(linker, dialect.model, steps);
  for (const step of steps) {
    if (!dialect.tables.has(nameOf(step))) continue;
    const { tree } = step.file;
    const name = tableText(linker, { file: step.file, node: tree.children(tree.child(step.node, 1))[0] ?? 0 });
    if (name !== undefined) return { name, declaration: undefined };
  }
  return undefined;
}

/** `'users'`, `'users as u'`, `{ u: 'users' }`, or a table that is declared as a value. */
function tableText(linker: Linker, at: Location): string | undefined {
  if (at.node === 0) return undefined;
  const { expressions, texts } = linker;
  const type = expressions.typeOf(at);
  if (type.kind === 'external' && type.origin) return firstArgument(linker, type.origin);
  if (type.kind === 'object') {
    const { file, node } = type.at;
    return texts.exactText({ file, node: file.tree.child(file.tree.children(node)[0] ?? 0, 0) });
  }
  return texts.exactText(at)?.replace(/\s+(as\s+)?\w+$/i, '');
}

/** The text a call, or a decorator, is given first. */
function firstArgument(linker: Linker, call: Location): string | undefined {
  const { tree } = call.file;
  const list = tree.kind(call.node) === Kind.Attribute ? call.node : tree.child(call.node, 1);
  return linker.texts.exactText({ file: call.file, node: tree.children(list)[0] ?? 0 });
}

/** The entity of the model a query starts at: the name the model was made with, or the type it holds. */
function modelEntity(
  linker: Linker,
  model: string,
  steps: readonly Location[],
): { name: string; declaration: Location | undefined } | undefined {
  const root = steps.at(-1);
  if (!root) return undefined;
  const receiver = linker.expressions.calls.resolve(root).receiver;
  const view = linker.program.viewAsExternal(receiver, model, root.file);
  return view ? entityOfModel(linker, view) : undefined;
}

/** What a model value holds: named where it is made, or by its type argument. */
export function entityOfModel(
  linker: Linker,
  model: Type & { kind: 'external' },
): { name: string; declaration: Location | undefined } | undefined {
  const { origin } = model;
  // `mongoose.models.User` names the model too.
  const isMember = origin?.file.tree.kind(origin.node) === Kind.Member;
  const named = origin && (isMember ? origin.file.tree.text(origin.node) : firstArgument(linker, origin));
  if (named !== undefined) return { name: named, declaration: undefined };
  const [held] = model.args;
  const symbol = held?.kind === 'project' ? linker.program.unaliased(held.symbol) : undefined;
  return symbol ? { name: symbol.name, declaration: symbol.declarations[0] } : undefined;
}
