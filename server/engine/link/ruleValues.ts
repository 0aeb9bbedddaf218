import { Kind } from '../lower/tree.ts';
import type { ValueSource } from '../rules/rulePack.ts';
import type { Linker } from './linker.ts';
import { messageText } from './messageText.ts';
import type { RuleMatch } from './operations.ts';
import { returnedExpressions } from './frameworks/returned.ts';
import type { Location } from './sourceFile.ts';
import { nameOf, type Type } from './types.ts';
import type { TextValue } from './values.ts';

const MAX_CHAIN = 200;

/** Reads the value sources of rules (`argument.0`, `receiver.T`, …) from a match. */
export class RuleValues {
  readonly #linker: Linker;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** The first text of the first source that gives one. */
  first(source: ValueSource | undefined, match: RuleMatch): string | undefined {
    for (const one of sources(source)) {
      const text = this.#texts(one, match)[0]?.text;
      if (text !== undefined && text !== '') return text;
    }
    return undefined;
  }

  /**
   * The HTTP verbs a call can send, upper case; empty when the call names one that cannot be told. A source that is
   * absent from the call gives way to the next one.
   */
  verbs(source: ValueSource | undefined, match: RuleMatch): string[] {
    for (const one of sources(source)) {
      const texts = this.#elements(one, match) ?? this.#texts(one, match);
      if (texts.some((value) => !value.exact)) return [];
      if (texts.length > 0) return [...new Set(texts.map((value) => value.text.toUpperCase()))];
      if (this.#isPresent(one, match)) return [];
    }
    return [];
  }

  /** Whether the call has what a source names, or may have it in an object that is not known. */
  #isPresent(source: string, match: RuleMatch): boolean {
    const at = this.#expression(source, match);
    if (at) return at.node !== 0;
    const argument = /^argument\.(\d)\.key/.exec(source);
    const node = argument ? match.args[Number(argument[1])] : undefined;
    if (node === undefined) return false;
    return this.#mayHold({ file: match.at.file, node });
  }

  /** Whether an object may have properties that cannot be seen. */
  #mayHold(object: Location): boolean {
    const passed = this.#linker.texts.argumentFor(object);
    if (passed?.node === 0) return false;
    const type = this.#linker.expressions.typeOf(passed ?? object);
    if (type.kind !== 'object') return !/^(string|array|function)$/.test(type.kind);
    const { file } = type.at;
    const { tree } = file;
    return tree
      .children(type.at.node)
      .some((child) => tree.kind(child) === Kind.Spread && this.#mayHold({ file, node: tree.child(child, 0) }));
  }

  /** One text that stands for all alternatives: where they differ stands a placeholder. */
  display(source: ValueSource | undefined, match: RuleMatch): string | undefined {
    for (const one of sources(source)) {
      const texts = this.#texts(one, match).map((value) => value.text);
      if (texts.length > 0) return mergeAlternatives(texts);
      const described = this.#describe(one, match);
      if (described !== undefined) return described;
    }
    return undefined;
  }

  /** All texts, with how they were composed. */
  alternatives(source: ValueSource | undefined, match: RuleMatch): TextValue[] {
    for (const one of sources(source)) {
      const texts = this.#texts(one, match);
      if (texts.length > 0) return texts;
    }
    return [];
  }

  /** All paths a route is registered with: one, or those of an array. */
  paths(source: ValueSource | undefined, match: RuleMatch): string[] {
    for (const one of sources(source)) {
      const elements = this.#elements(one, match);
      if (elements) return elements.map(({ text }) => text);
    }
    const text = this.display(source, match);
    return text === undefined ? [] : [text];
  }

  /** The texts of the elements of an array literal; undefined for anything else. */
  #elements(source: string, match: RuleMatch): TextValue[] | undefined {
    const at = this.#expression(source, match);
    if (!at || at.file.tree.kind(at.node) !== Kind.Array) return undefined;
    return at.file.tree
      .children(at.node)
      .flatMap((node) => this.#linker.texts.valuesOf({ file: at.file, node }).slice(0, 1));
  }

  /** Whether all conditions of a rule hold. */
  fits(match: RuleMatch): boolean {
    return Object.entries(match.rule.rule.where ?? {}).every(([source, pattern]) =>
      new RegExp(pattern).test(this.#conditionText(source, match)),
    );
  }

  #conditionText(source: string, match: RuleMatch): string {
    return this.#texts(source, match)[0]?.text ?? '';
  }

  /** The member an argument names, as in `FileMode.Create` and `HttpMethod.Get`. */
  #memberName(source: string, match: RuleMatch): TextValue[] {
    const at = this.#expression(source, match);
    if (!at) return [];
    const { tree } = at.file;
    return tree.kind(at.node) === Kind.Member ? exactly(tree.text(at.node)) : this.#linker.texts.valuesOf(at);
  }

  /** The entity a database rule's target names, by type. */
  entity(match: RuleMatch): { name: string; declaration: Location | undefined } | undefined {
    for (const one of sources(match.rule.rule.target)) {
      const named = one.startsWith('origin.') ? this.#texts(one, match)[0]?.text : undefined;
      if (named !== undefined) return { name: named, declaration: undefined };
      const found = this.#type(one, match);
      const type = found?.kind === 'static' ? found.of : found;
      const symbol = type?.kind === 'project' ? this.#linker.program.unaliased(type.symbol) : undefined;
      if (symbol) return { name: symbol.name, declaration: symbol.declarations[0] };
      if (type?.kind === 'parameter') return undefined;
    }
    return undefined;
  }

  /** The type parameter a database rule's target is, in generic code. */
  entityParameter(match: RuleMatch): string | undefined {
    for (const one of sources(match.rule.rule.target)) {
      const type = this.#type(one, match);
      if (type?.kind === 'parameter') return type.name;
    }
    return undefined;
  }

  #texts(source: string, match: RuleMatch): TextValue[] {
    if (source.startsWith('=')) return [{ text: source.slice(1), exact: true, parts: [] }];
    const pattern = /^argument\.(\d)\.pattern$/.exec(source);
    if (pattern)
      return exactly(messageText(this.#linker, { file: match.at.file, node: match.args[Number(pattern[1])] ?? 0 }));
    const named = /^(argument\..+)\.name$/.exec(source);
    if (named) return this.#memberName(named[1] ?? '', match);
    if (source === 'chain') return this.#chainTexts(match);
    const at = this.#expression(source, match);
    if (at) return this.#linker.texts.valuesOf(at);
    if (source === 'origin.name') return exactly(this.#originName(match));
    const type = this.#type(source, match);
    // An entity is never `string`: the argument is a name then, not a value of the entity's type.
    if (type?.kind === 'string' && match.rule.rule.kind.startsWith('database_')) return [];
    const name = type && type.kind !== 'parameter' ? nameOf(type) : '';
    return name === '' || type?.kind === 'unknown' ? [] : [{ text: name, exact: true, parts: [] }];
  }

  /** The text a fluent chain begins with, and the segments its calls append: `"http://x".AppendPathSegment("y")`. */
  #chainTexts(match: RuleMatch): TextValue[] {
    const { file } = match.at;
    const { tree } = file;
    const { texts } = this.#linker;
    const segments: TextValue[] = [];
    let node = match.call?.receiverNode ?? 0;
    for (let steps = 0; tree.kind(node) === Kind.Call && steps < MAX_CHAIN; steps++) {
      const callee = tree.child(node, 0);
      if (tree.kind(callee) !== Kind.Member) break;
      const args = tree.children(tree.child(node, 1));
      if (/^(AppendPathSegments?|Request)$/.test(tree.text(callee))) {
        const appended = args.map(
          (arg) => texts.valuesOf({ file, node: arg })[0] ?? unknownText(texts.describe({ file, node: arg })),
        );
        segments.unshift(...appended);
      }
      node = tree.child(callee, 0);
    }
    const roots = texts.valuesOf({ file, node });
    const root = roots.length > 0 ? roots : [unknownText(texts.describe({ file, node }))];
    return root.map((base) => segments.reduce((url, segment) => belowBase(url, segment), base));
  }

  #describe(source: string, match: RuleMatch): string | undefined {
    const at = this.#expression(source, match);
    return at === undefined || at.node === 0 ? undefined : `{${this.#linker.texts.describe(at)}}`;
  }

  /** The expression a source names, undefined for sources that name a type. */
  #expression(source: string, match: RuleMatch): Location | undefined {
    const { file } = match.at;
    if (source === 'receiver') return match.call && { file, node: match.call.receiverNode };
    if (source === 'index') return { file, node: file.tree.child(this.#indexNode(match), 1) };
    const made = /^argument\.(\d)\.(new|set)\.(\w+)$/.exec(source);
    if (made) return createdFrom({ file, node: match.args[Number(made[1])] ?? 0 }, made[2] === 'new', made[3] ?? '');
    const byName = /^argument\.([a-zA-Z]\w*)$/.exec(source);
    if (byName && byName[1] !== 'last') {
      const named = match.args.find(
        (node) => file.tree.kind(node) === Kind.NamedArgument && file.tree.text(node) === byName[1],
      );
      return named === undefined ? undefined : { file, node: file.tree.child(named, 0) };
    }
    if (source.startsWith('origin.argument.')) return this.#originArgument(match, Number(source.at(-1)));
    const found = /^argument\.(\d|last)(\.returned)?(?:\.key\.(\w+))?$/.exec(source);
    if (!found) return undefined;
    const node = (found[1] === 'last' ? match.args.at(-1) : match.args[Number(found[1])]) ?? 0;
    const given = { file, node: file.tree.kind(node) === Kind.NamedArgument ? file.tree.child(node, 0) : node };
    const argument = found[2] === undefined ? given : returnedExpressions(given)[0];
    return argument && found[3] !== undefined ? this.#property(argument, found[3]) : argument;
  }

  #originArgument(match: RuleMatch, index: number): Location | undefined {
    const origin = match.on?.origin;
    if (!origin) return undefined;
    const { tree } = origin.file;
    // A value injected under a name has its decorator as origin: `@InjectQueue('mail') queue: Queue`.
    const list = tree.kind(origin.node) === Kind.Attribute ? origin.node : tree.child(origin.node, 1);
    return { file: origin.file, node: tree.children(list)[index] ?? 0 };
  }

  #originName(match: RuleMatch): string | undefined {
    const origin = match.on?.origin;
    return origin?.file.tree.kind(origin.node) === Kind.Member ? origin.file.tree.text(origin.node) : undefined;
  }

  #indexNode(match: RuleMatch): number {
    const { tree } = match.at.file;
    return tree.kind(match.at.node) === Kind.Assign ? tree.child(match.at.node, 0) : match.at.node;
  }

  #property(object: Location, key: string): Location | undefined {
    const type = this.#linker.expressions.typeOf(this.#linker.texts.argumentFor(object) ?? object);
    if (type.kind !== 'object') return undefined;
    const { file } = type.at;
    const { tree } = file;
    const property = tree
      .children(type.at.node)
      .find((node) => tree.kind(node) === Kind.Property && tree.text(node) === key);
    if (property !== undefined) return { file, node: tree.child(property, 0) };
    const spreads = tree.children(type.at.node).filter((node) => tree.kind(node) === Kind.Spread);
    for (const spread of spreads.toReversed()) {
      const found = this.#property({ file, node: tree.child(spread, 0) }, key);
      if (found) return found;
    }
    return undefined;
  }

  /** The expressions a value is read from, those that a call of the matched function passes included. */
  expressions(source: ValueSource | undefined, match: RuleMatch): Location[] {
    return sources(source)
      .flatMap((one) => this.#expression(one, match) ?? [])
      .filter(({ node }) => node !== 0);
  }

  /** The texts of an option that was given where the receiver was created: a client's base URL. */
  base(match: RuleMatch): TextValue[] {
    const { call } = match;
    if (!call || match.rule.rule.base === undefined) return [];
    const { expressions, texts } = this.#linker;
    const on = call.receiverNode === 0 ? expressions.typeOf(expressions.child(call.at, 0)) : call.receiver;
    const created = on.kind === 'external' ? on.origin : undefined;
    if (!created) return [];
    const options = {
      file: created.file,
      node: created.file.tree.children(created.file.tree.child(created.node, 1))[0] ?? 0,
    };
    for (const key of match.rule.rule.base) {
      const option = this.#property(options, key);
      const values = option ? texts.valuesOf(option) : [];
      if (values.length > 0) return values;
    }
    return [];
  }

  /** The URLs of an HTTP call, below the base URL of the client that sends it. */
  urls(match: RuleMatch): TextValue[] {
    const own = this.alternatives(match.rule.rule.target, match);
    const bases = own.length === 0 ? [] : this.base(match);
    if (bases.length === 0) return own;
    return own.flatMap((url) =>
      /^([a-z]+:)?\/\//i.test(url.text) ? [url] : bases.map((base) => belowBase(base, url)),
    );
  }

  #type(source: string, match: RuleMatch): Type | undefined {
    if (source === 'receiver.type') return match.call?.receiver ?? match.on;
    if (source.startsWith('receiver.')) return this.#receiverArgument(match, source.slice('receiver.'.length));
    const argument = /^argument\.(\d)\.type$/.exec(source);
    if (argument) return this.#argumentType(match, Number(argument[1]));
    const typeArgument = /^type_argument\.(\d)$/.exec(source);
    return typeArgument ? this.#typeArgument(match, Number(typeArgument[1])) : undefined;
  }

  #argumentType(match: RuleMatch, index: number): Type | undefined {
    const node = match.args[index];
    if (node === undefined) return undefined;
    const { expressions } = this.#linker;
    const type = expressions.typeOf({ file: match.at.file, node });
    const element = expressions.elementOf(type, match.at.file);
    if (type.kind === 'static') return type.of;
    return element.kind === 'unknown' ? type : element;
  }

  #typeArgument(match: RuleMatch, index: number): Type | undefined {
    const { tree } = match.at.file;
    const node = tree.children(tree.child(match.at.node, 2))[index];
    return node === undefined ? undefined : this.#linker.program.typeFromReference({ file: match.at.file, node });
  }

  /**
   * A type parameter of the matched type as the receiver binds it. A query is about the entity at the root of its
   * chain: projections in between do not change that.
   */
  #receiverArgument(match: RuleMatch, parameter: string): Type | undefined {
    const on = match.on;
    if (!on) return undefined;
    const root = this.#rootOfChain(match, on.name);
    const view = root ?? on;
    const position = (this.#linker.program.models(match.at.file).model(on.name)?.parameters ?? []).indexOf(parameter);
    return view.args[position < 0 ? 0 : position];
  }

  #rootOfChain(match: RuleMatch, name: string): (Type & { kind: 'external' }) | undefined {
    const { expressions, program } = this.#linker;
    let best: (Type & { kind: 'external' }) | undefined;
    let at: Location | undefined = this.#receiverOf(match);
    for (let steps = 0; at && at.node !== 0 && steps < MAX_CHAIN; steps++) {
      const view = program.viewAsExternal(expressions.typeOf(at), name, at.file);
      if (view && view.args[0]?.kind === 'project') best = view;
      at = this.#previous(at);
    }
    return best;
  }

  #receiverOf(match: RuleMatch): Location {
    const { file } = match.at;
    if (match.call) return { file, node: match.call.receiverNode };
    return file.tree.kind(match.at.node) === Kind.Index ? { file, node: file.tree.child(match.at.node, 0) } : match.at;
  }

  /** What an expression was made from: the receiver of a call, the initialiser of a variable. */
  #previous(at: Location): Location | undefined {
    const { tree } = at.file;
    switch (tree.kind(at.node)) {
      case Kind.Call: {
        const callee = tree.child(at.node, 0);
        return tree.kind(callee) === Kind.Member ? { file: at.file, node: tree.child(callee, 0) } : undefined;
      }
      case Kind.Await:
      case Kind.Cast:
      case Kind.LinqQuery:
      case Kind.Index:
        return { file: at.file, node: tree.child(at.node, 0) };
      case Kind.Identifier: {
        const local = at.file.findLocal(tree.text(at.node), at.node);
        return tree.kind(local) === Kind.Variable ? { file: at.file, node: tree.child(local, 2) } : undefined;
      }
      default:
        return undefined;
    }
  }
}

function unknownText(name: string): TextValue {
  return { text: `{${name}}`, exact: false, parts: [] };
}

function exactly(text: string | undefined): TextValue[] {
  return text === undefined ? [] : [{ text, exact: true, parts: [] }];
}

/** What an object was constructed with or had set by its initialiser, through the variable that holds it. */
function createdFrom({ file, node }: Location, byPosition: boolean, name: string): Location | undefined {
  const { tree } = file;
  let created = node;
  if (tree.kind(created) === Kind.Identifier) {
    const local = file.findLocal(tree.text(created), created);
    if (tree.kind(local) === Kind.Variable) created = tree.child(local, 2);
  }
  if (tree.kind(created) !== Kind.New) return undefined;
  if (byPosition) return { file, node: tree.children(tree.child(created, 1))[Number(name)] ?? 0 };
  const property = tree
    .children(tree.child(created, 2))
    .find((child) => tree.kind(child) === Kind.Property && tree.text(child) === name);
  return property === undefined ? undefined : { file, node: tree.child(property, 0) };
}

function sources(source: ValueSource | undefined): string[] {
  return source === undefined ? [] : typeof source === 'string' ? [source] : source;
}

function belowBase(base: TextValue, url: TextValue): TextValue {
  const text = `${base.text.replace(/\/+$/, '')}/${url.text.replace(/^\/+/, '')}`;
  return { text, exact: base.exact && url.exact, parts: [`base URL = ${base.text}`, ...base.parts, ...url.parts] };
}

/** `/articles/feed` and `/articles` become `/articles{…}`. */
export function mergeAlternatives(alternatives: readonly string[]): string {
  // `url.startsWith('http') ? url : base + url`: the same below a base URL.
  const below = new Set(alternatives.map((text) => /^\{[^{}]*\}(.+)$/s.exec(text)?.[1]));
  const texts = alternatives.filter((text) => !below.has(text));
  const first = texts[0] ?? '';
  if (texts.every((text) => text === first)) return first;
  let prefix = first;
  let suffix = first;
  for (const text of texts) {
    while (!text.startsWith(prefix)) prefix = prefix.slice(0, -1);
    while (!text.endsWith(suffix)) suffix = suffix.slice(1);
  }
  const shortest = Math.min(...texts.map((text) => text.length));
  if (prefix.length + suffix.length > shortest) suffix = suffix.slice(prefix.length + suffix.length - shortest);
  return `${prefix}{…}${suffix}`;
}
