import type { DraftNode } from '../graph/graphBuilder.ts';
import { Flag, Kind } from '../lower/tree.ts';
import type { OperationRule } from '../rules/rulePack.ts';
import { asExternal, type ResolvedCall } from './callResolver.ts';
import { commandTexts } from './commandText.ts';
import { libraryReceiver } from './libraryCalls.ts';
import { type Linker, visitNodes } from './linker.ts';
import type { ExternalType } from './program.ts';
import { type PackedRule, RuleIndex } from './ruleIndex.ts';
import { mergeAlternatives, RuleValues } from './ruleValues.ts';
import { registerThroughWrapper } from './routeWrappers.ts';
import { registerEndpoint, registerHandlers, registerRequest } from './routes.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';
import { parseSql } from './sql.ts';
import type { Type } from './types.ts';

/** Library types of classes that change the schema; the migrations of Entity Framework are known by their files. */
const MIGRATIONS: ReadonlySet<string> = new Set(['typeorm#MigrationInterface', '@mikro-orm/migrations#Migration']);
const ENTRY_POINTS: ReadonlySet<string> = new Set(['api_endpoint', 'message_receive', 'scheduled_task', 'ui_page']);

/** Parts of a match that a rule's value sources are read from. */
export interface RuleMatch {
  rule: PackedRule<OperationRule>;
  at: Location;
  call: ResolvedCall | undefined;
  /** The receiver seen as the type the rule names. */
  on: ExternalType | undefined;
  /** Argument nodes. */
  args: number[];
}

/** Finds the operations the rule packs describe: calls, constructions and index accesses with known receivers. */
export class OperationFinder {
  readonly #linker: Linker;
  readonly #indexes: { csharp: RuleIndex; typescript: RuleIndex };
  readonly #values: RuleValues;
  #entryPoints = false;

  constructor(linker: Linker) {
    this.#linker = linker;
    const { packs } = linker.program;
    this.#indexes = { csharp: new RuleIndex(packs, 'csharp'), typescript: new RuleIndex(packs, 'typescript') };
    this.#values = new RuleValues(linker);
  }

  /** Finds the entry points of one file that rules describe: registered routes, subscriptions, jobs. */
  findEntryPoints(file: SourceFile): void {
    this.#entryPoints = true;
    this.#find(file);
  }

  /** Finds all other operations of one file. */
  find(file: SourceFile): void {
    this.#entryPoints = false;
    this.#find(file);
  }

  #find(file: SourceFile): void {
    visitNodes(file, (node) => {
      const at = { file, node };
      switch (file.tree.kind(node)) {
        case Kind.Call:
          this.#visitCall(at);
          break;
        case Kind.New:
          this.#visitNew(at);
          break;
        case Kind.Index:
          this.#visitIndex(at);
          break;
        case Kind.ForEach:
          this.#visitLoop(at);
          break;
        default:
      }
    });
  }

  #index(file: SourceFile): RuleIndex {
    return isCSharp(file) ? this.#indexes.csharp : this.#indexes.typescript;
  }

  #visitCall(at: Location): void {
    const { tree } = at.file;
    const index = this.#index(at.file);
    const callee = tree.child(at.node, 0);
    const named = index.byMethod.get(tree.text(callee));
    if (named === undefined && isCSharp(at.file)) return;
    const call = this.#linker.expressions.calls.resolve(at);
    const receiver = libraryReceiver(this.#linker.program, call);
    if (!receiver) return;
    const args = tree.children(tree.child(at.node, 1));
    const rules = named ?? [];
    for (const rule of [...rules, ...(index.byFunction.get(call.externalFunction) ?? [])]) {
      const match = this.#matchCall(rule, call, receiver, args);
      if (match && this.#accept(match)) return;
    }
  }

  #matchCall(
    rule: PackedRule<OperationRule>,
    call: ResolvedCall,
    receiver: Type,
    args: number[],
  ): RuleMatch | undefined {
    if (!countFits(rule.rule, args.length)) return undefined;
    const match = { rule, at: call.at, call, args, on: undefined };
    if (rule.rule.functions?.includes(call.externalFunction)) return match;
    if (rule.rule.static && this.#isStaticCall(rule.rule.static, call)) return match;
    if (rule.rule.imported !== undefined) return this.#imports(call, rule.rule.imported) ? match : undefined;
    const on = this.#receiverAs(rule.rule.on ?? [], asExternal(receiver, call.at.file), call.at.file);
    return on ? { ...match, on } : undefined;
  }

  /** Whether a call on a value may be one of an extension method from a namespace. */
  #imports(call: ResolvedCall, namespace: string): boolean {
    const { file } = call.at;
    if (call.receiverNode === 0 || call.receiver.kind === 'static' || !isCSharp(file)) return false;
    return this.#linker.program.csharp.importedNamespaces(file).includes(namespace);
  }

  #isStaticCall(types: string[], call: ResolvedCall): boolean {
    const { receiver } = call;
    if (receiver.kind === 'static') {
      // Static members are inherited in TypeScript: `User.find()` of a class that extends a library's base entity.
      if (receiver.of.kind === 'project' && !isCSharp(call.at.file))
        return this.#receiverAs(types, receiver.of, call.at.file) !== undefined;
      return receiver.of.kind === 'external' && types.includes(receiver.of.name);
    }
    if (receiver.kind === 'external_module') return types.includes(receiver.name);
    return receiver.kind === 'external' && !isCSharp(call.at.file) && types.includes(receiver.name);
  }

  #receiverAs(types: readonly string[], receiver: Type, file: SourceFile): ExternalType | undefined {
    if (receiver.kind === 'static' || receiver.kind === 'unknown') return undefined;
    for (const name of types) {
      const view = this.#linker.program.viewAsExternal(receiver, name, file);
      if (view) return view;
    }
    return undefined;
  }

  #visitNew(at: Location): void {
    const { tree } = at.file;
    const index = this.#index(at.file);
    if (index.byConstructor.size === 0) return;
    const type = this.#linker.expressions.typeOf(at);
    if (type.kind !== 'external') return;
    const args = tree.children(tree.child(at.node, 1));
    for (const rule of index.byConstructor.get(type.name) ?? []) {
      if (!countFits(rule.rule, args.length)) continue;
      if (this.#accept({ rule, at, call: undefined, args, on: type })) return;
    }
  }

  #visitIndex(at: Location): void {
    const rules = this.#index(at.file).byIndex;
    if (rules.length === 0) return;
    const receiver = this.#linker.expressions.typeOf(this.#linker.expressions.child(at, 0));
    if (receiver.kind === 'unknown') return;
    const parent = at.file.parent(at.node);
    const isWrite = at.file.tree.kind(parent) === Kind.Assign && at.file.tree.child(parent, 0) === at.node;
    for (const rule of rules) {
      if ((rule.rule.index === 'write') !== isWrite) continue;
      const on = this.#receiverAs(rule.rule.on ?? [], receiver, at.file);
      if (!on) continue;
      const place = isWrite ? { file: at.file, node: parent } : at;
      this.#accept({ rule, at: place, call: undefined, args: [], on });
      return;
    }
  }

  /** A loop over a query executes it. */
  #visitLoop(at: Location): void {
    const { tree } = at.file;
    const iterated = this.#linker.expressions.child(at, 2);
    const rule = this.#index(at.file).byMethod.get('foreach')?.[0];
    if (!rule || tree.kind(iterated.node) === 0) return;
    const on = this.#receiverAs(rule.rule.on ?? [], this.#linker.expressions.typeOf(iterated), at.file);
    if (on) this.#accept({ rule, at: iterated, call: undefined, args: [], on });
  }

  /** Turns a match into an operation; false when a closer look rejects it. */
  #accept(match: RuleMatch): boolean {
    const { rule } = match.rule;
    if (ENTRY_POINTS.has(rule.kind) !== this.#entryPoints) return false;
    if (rule.where !== undefined && !this.#values.fits(match)) return false;
    if (rule.sql !== undefined && this.#sqlAccess(match) !== rule.sql) return false;
    if (rule.kind.startsWith('database_') && (this.#isInsideQuery(match.at) || this.#isMigration(match.at)))
      return true;
    const route = () => ({ paths: this.#values.paths(rule.target, match), method: this.#method(match) });
    if (rule.kind === 'api_endpoint' && registerThroughWrapper(this.#linker, match, route)) return true;
    const within = this.#linker.program.table.enclosingFunction(match.at.file, match.at.node);
    const target = this.#target(match);
    const node = this.#linker.graph.operation({
      kind: rule.kind,
      at: match.at,
      name: target ?? match.call?.name,
      target,
      method: this.#method(match),
      provider: rule.provider ?? match.rule.pack.provider,
      rule: match.rule.id,
      confidence: rule.confidence ?? 'certain',
      within,
    });
    this.#link(node, match);
    if (within && !ENTRY_POINTS.has(rule.kind)) {
      const source = this.#linker.graph.function(within);
      this.#linker.graph.edge({
        source,
        target: node,
        kind: 'performs',
        rule: match.rule.id,
        confidence: node.confidence,
      });
    }
    return true;
  }

  #target(match: RuleMatch): string | undefined {
    const { rule } = match.rule;
    if (rule.sql !== undefined) return this.#sqlText(match)?.table;
    const table = [rule.target].flat().includes('sql') ? this.#sqlText(match)?.table : undefined;
    if (table !== undefined) return table;
    if (rule.kind.startsWith('database_'))
      return this.#values.entity(match)?.name ?? this.#values.first(rule.target, match);
    const urls = rule.base === undefined ? [] : this.#values.urls(match);
    if (urls.length > 0) return mergeAlternatives(urls.map(({ text }) => text));
    return this.#values.display(rule.target, match);
  }

  #method(match: RuleMatch): string | undefined {
    const { rule } = match.rule;
    if (rule.kind !== 'api_call' && rule.kind !== 'api_endpoint') return this.#values.first(rule.method, match);
    const verbs = this.#values.verbs(rule.method, match);
    return verbs.length === 0 ? undefined : verbs.join('|');
  }

  #link(node: DraftNode, match: RuleMatch): void {
    const { kind } = match.rule.rule;
    if (ENTRY_POINTS.has(kind)) this.#linker.facts.registrations.add(`${match.at.file.index}:${match.at.node}`);
    if (kind.startsWith('database_')) {
      const typed = this.#values.entity(match);
      const entity = node.target === undefined || typed?.name === node.target ? typed : undefined;
      const name = entity?.name ?? node.target;
      if (name !== undefined) this.#linker.facts.entityOf.set(node, { entity: name, declaration: entity?.declaration });
      const within = this.#linker.program.table.enclosingFunction(match.at.file, match.at.node);
      const parameter = name === undefined ? this.#values.entityParameter(match) : undefined;
      if (within && parameter !== undefined) this.#linker.facts.genericOperations.push({ node, within, parameter });
    }
    const message = kind === 'message_send' ? this.#values.entity(match)?.declaration : undefined;
    if (message) this.#linker.facts.messageTypes.set(node, message);
    if (kind === 'api_call') this.#registerRequest(node, match);
    if (kind === 'api_endpoint')
      registerEndpoint(this.#linker, node, match, this.#values.paths(match.rule.rule.target, match));
    else if (ENTRY_POINTS.has(kind)) registerHandlers(this.#linker, node, match);
  }

  #registerRequest(node: DraftNode, match: RuleMatch): void {
    const { rule } = match.rule;
    const composition = {
      url: this.#values.expressions(rule.target, match),
      evaluate: () => ({ urls: this.#values.urls(match), methods: this.#values.verbs(rule.method, match) }),
    };
    registerRequest(this.#linker, node, this.#values.urls(match), composition);
  }

  #sqlText(match: RuleMatch) {
    const { texts } = this.#linker;
    const origin = match.on?.origin;
    // `db.prepare('SELECT …')` holds the text of what its `get()` executes.
    const prepared = origin?.file.tree.children(origin.file.tree.child(origin.node, 1)) ?? [];
    const places = [
      ...match.args.map((node) => ({ file: match.at.file, node })),
      ...prepared.map((node) => ({ file: origin?.file ?? match.at.file, node })),
    ];
    const command =
      match.on?.name === 'IDbCommand'
        ? commandTexts(texts, { file: match.at.file, node: match.call?.receiverNode ?? 0 })
        : [];
    for (const value of [...command, ...places.flatMap((place) => texts.valuesOf(place))]) {
      const statement = parseSql(value.text);
      if (statement) return statement;
    }
    return undefined;
  }

  #sqlAccess(match: RuleMatch): 'read' | 'write' | undefined {
    return this.#sqlText(match)?.access;
  }

  /** Migrations are the history of the schema, not what the program does with data. */
  #isMigration(at: Location): boolean {
    const { program } = this.#linker;
    const type = isCSharp(at.file) ? undefined : program.table.enclosingType(at.file, at.node);
    return (
      type !== undefined && program.externalLineage(program.selfType(type)).some(({ name }) => MIGRATIONS.has(name))
    );
  }

  /** A query inside a lambda of a query is part of that query. */
  #isInsideQuery(at: Location): boolean {
    const { file } = at;
    const { tree } = file;
    for (
      let fn = file.enclosing(at.node, Kind.Function);
      fn !== 0;
      fn = file.enclosing(file.parent(fn), Kind.Function)
    ) {
      if (!tree.has(fn, Flag.Lambda)) return false;
      const list = file.parent(fn);
      const call = file.parent(list);
      if (tree.kind(list) !== Kind.List || tree.kind(call) !== Kind.Call) continue;
      const { receiver } = this.#linker.expressions.calls.resolve({ file, node: call });
      if (this.#linker.program.viewAsExternal(receiver, 'IQueryable', file)) return true;
    }
    return false;
  }
}

function countFits(rule: OperationRule, count: number): boolean {
  return rule.arguments === undefined || (count >= rule.arguments[0] && count <= rule.arguments[1]);
}
