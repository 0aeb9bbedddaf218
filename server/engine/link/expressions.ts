import { Flag, Kind } from '../lower/tree.ts';
import { asExternal, CallResolver, type ResolvedCall } from './callResolver.ts';
import { injectionOf } from './decorators.ts';
import type { FrameworkTypes } from './frameworkTypes.ts';
import { assignedValue, valueFromConstructor, typeOfNew } from './construction.ts';
import type { FoundMember } from './models.ts';
import { LIBRARY_NAMESPACE } from './csharpNames.ts';
import { awaited, elementOf, evaluateModel } from './modelTypes.ts';
import { ParameterTypes } from './parameterTypes.ts';
import { requiredBinding } from './requiredBinding.ts';
import type { ExternalType, Program } from './program.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';
import type { FieldSymbol, FunctionSymbol, TypeSymbol } from './symbols.ts';
import { STRING, substitute, type Type, UNKNOWN } from './types.ts';
import type { ModuleBinding } from './typescriptNames.ts';

const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(['#window', '#globalThis', '#self', '#global']);
/** Computes, on demand and once, what expressions are. */
export class Expressions {
  readonly program: Program;
  readonly calls: CallResolver;
  readonly #parameters = new ParameterTypes(this);
  readonly #cache = new Map<SourceFile, Map<number, Type>>();
  readonly #searched = new Set<string>();
  readonly #returns = new Map<FunctionSymbol, Type>();
  /** The component class whose members a template's names are. */
  readonly templateOwners = new Map<SourceFile, Map<number, TypeSymbol>>();
  /** What frameworks know of values that no declaration says; set before types are asked for. */
  readonly frameworkTypes: FrameworkTypes = {};

  constructor(program: Program) {
    this.program = program;
    this.calls = new CallResolver(this);
    program.references.typeOfValue = (at) => this.#typeOfPath(at);
    program.references.memberOf = (type, name, at) => this.memberType(type, name, at);
  }

  /** The type of an expression; UNKNOWN where it cannot be told. */
  typeOf(at: Location): Type {
    if (at.node === 0) return UNKNOWN;
    let cache = this.#cache.get(at.file);
    if (!cache) {
      cache = new Map();
      this.#cache.set(at.file, cache);
    }
    const known = cache.get(at.node);
    if (known) return known;
    // An expression that needs itself to be known is unknown.
    cache.set(at.node, UNKNOWN);
    const type = this.#typeOf(at);
    cache.set(at.node, type);
    return type;
  }

  child(at: Location, index: number): Location {
    return { file: at.file, node: at.file.tree.child(at.node, index) };
  }

  #typeOf(at: Location): Type {
    const { tree } = at.file;
    switch (tree.kind(at.node)) {
      case Kind.Identifier:
        return this.typeOfName(tree.text(at.node), at);
      case Kind.This:
        return this.typeOfThis(at);
      case Kind.Base:
        return this.#typeOfBase(at);
      case Kind.Member:
        return this.memberType(this.typeOf(this.child(at, 0)), tree.text(at.node), at);
      case Kind.Call:
        return this.#typeOfCall(at);
      case Kind.New:
        return typeOfNew(this, at);
      case Kind.String:
      case Kind.Template:
        return STRING;
      case Kind.Await:
        return this.awaited(this.typeOf(this.child(at, 0)), at.file);
      case Kind.Cast:
        return this.#typeOfCast(at);
      case Kind.Conditional:
        return this.#firstKnown(at, [1, 2]);
      case Kind.Binary:
        return this.#firstKnown(at, [0, 1]);
      case Kind.Assign:
        return this.typeOf(this.child(at, 1));
      case Kind.Index:
        return this.#typeOfIndex(at);
      case Kind.Object:
        return { kind: 'object', at };
      case Kind.Array:
        return { kind: 'array', of: this.typeOf({ file: at.file, node: tree.children(at.node)[0] ?? 0 }) };
      case Kind.Function:
        return { kind: 'function', functions: [this.program.lambdaOf(at)] };
      case Kind.LinqQuery:
        return this.#typeOfQuery(at);
      case Kind.Type:
        return this.#staticOf(this.program.table.typeAt(at.file, at.node));
      default:
        return UNKNOWN;
    }
  }

  #firstKnown(at: Location, children: number[]): Type {
    for (const index of children) {
      const type = this.typeOf(this.child(at, index));
      if (type.kind !== 'unknown') return type;
    }
    return UNKNOWN;
  }

  #typeOfCast(at: Location): Type {
    const written = this.program.typeFromReference(this.child(at, 1));
    return written.kind === 'unknown' || written.kind === 'object' ? this.typeOf(this.child(at, 0)) : written;
  }

  /** The type of `this` at a place. */
  typeOfThis(at: Location): Type {
    const owner = this.templateOwner(at) ?? this.program.table.enclosingType(at.file, at.node);
    if (owner) return this.program.selfType(owner);
    const given = this.frameworkTypes.thisAt?.(at);
    if (given) return given;
    const object = at.file.enclosing(at.node, Kind.Object);
    return object === 0 ? UNKNOWN : { kind: 'object', at: { file: at.file, node: object } };
  }

  /** The component class of the template a node stands in. */
  templateOwner(at: Location): TypeSymbol | undefined {
    const owners = this.templateOwners.get(at.file);
    if (!owners) return undefined;
    return owners.get(at.file.enclosing(at.node, Kind.UiTemplate));
  }

  #typeOfBase(at: Location): Type {
    const owner = this.program.table.enclosingType(at.file, at.node);
    return owner ? (this.program.bases(owner)[0] ?? UNKNOWN) : UNKNOWN;
  }

  /** What a bare name means at a place. */
  typeOfName(name: string, at: Location): Type {
    const local = at.file.findLocal(name, at.node);
    if (local !== 0 && local !== at.node) return this.typeOfDeclaration({ file: at.file, node: local });
    const owner = this.templateOwner(at);
    if (owner) return this.memberType(this.program.selfType(owner), name, at);
    return isCSharp(at.file) ? this.#csharpName(name, at) : this.#moduleName(name, at);
  }

  #csharpName(name: string, at: Location): Type {
    const { program } = this;
    for (let owner = program.table.enclosingType(at.file, at.node); owner; owner = owner.container) {
      const self = program.selfType(owner);
      const member = program.member(self, name);
      // "Color Color" (C# specification 12.8.7.2): a member named like its type also means the type.
      if (member && member.kind !== 'type') return this.#withColorColor(this.memberType(self, name, at), name, at);
      const external = program.externalMember(self, name, at.file);
      if (external) return this.evaluateModel(external.model, external.on, at, 0);
    }
    const symbol = program.csharp.resolveType(name, 0, at);
    if (symbol) return this.#staticOf(symbol);
    for (const type of program.csharp.staticImports(at.file)) {
      const member = program.member(program.selfType(type), name);
      if (member && member.kind !== 'type') return this.memberType(program.selfType(type), name, at);
    }
    if (program.csharp.isNamespace(name, at) || LIBRARY_NAMESPACE.test(name)) return { kind: 'namespace', name };
    return /^[A-Z]/.test(name) ? { kind: 'static', of: { kind: 'external', name, args: [] } } : UNKNOWN;
  }

  #withColorColor(type: Type, name: string, at: Location): Type {
    if (type.kind !== 'unknown') return type;
    const symbol = this.program.csharp.resolveType(name, 0, at);
    return symbol ? this.#staticOf(symbol) : { kind: 'static', of: { kind: 'external', name, args: [] } };
  }

  #moduleName(name: string, at: Location): Type {
    const binding = this.program.typescript.resolve(name, at.file);
    return binding ? this.typeOfBinding(binding) : { kind: 'external', name: `#${name}`, args: [] };
  }

  /** The value a module-level name stands for. */
  typeOfBinding(binding: ModuleBinding): Type {
    switch (binding.kind) {
      case 'type':
        return this.#staticOf(binding.symbol);
      case 'function':
        return { kind: 'function', functions: [binding.symbol] };
      case 'variable':
        return this.typeOfDeclaration(binding.at);
      case 'expression':
        return this.typeOf(binding.at);
      case 'module':
        return { kind: 'module', file: binding.file };
      case 'external':
        return { kind: 'external', name: binding.name, args: [] };
      case 'external_module':
        return { kind: 'external_module', name: binding.name };
    }
  }

  #staticOf(symbol: TypeSymbol | undefined): Type {
    return symbol ? { kind: 'static', of: { kind: 'project', symbol, args: [] } } : UNKNOWN;
  }

  /** The type of what a declaration node declares. */
  typeOfDeclaration(at: Location): Type {
    const { tree } = at.file;
    switch (tree.kind(at.node)) {
      case Kind.Variable:
        return this.#declaredOr(at, 1, () => this.typeOf(this.child(at, 2)));
      case Kind.Param:
        return this.frameworkTypes.parameter?.(at) ?? this.#declaredOr(at, 0, () => this.#typeOfUntypedParameter(at));
      case Kind.ForEach:
        return this.#declaredOr(at, 1, () => this.elementOf(this.typeOf(this.child(at, 2)), at.file));
      case Kind.LinqQuery:
        return this.elementOf(this.typeOf(this.child(at, 0)), at.file);
      case Kind.Function:
        return { kind: 'function', functions: [this.program.lambdaOf(at)] };
      case Kind.Type:
        return this.#staticOf(this.program.table.typeAt(at.file, at.node));
      default:
        return UNKNOWN;
    }
  }

  #declaredOr(at: Location, typeChild: number, inferred: () => Type): Type {
    const declared = this.program.typeFromReference(this.child(at, typeChild));
    if (declared.kind === 'unknown') return inferred();
    if (declared.kind !== 'external' || !this.program.models(at.file).model(declared.name)) return declared;
    // `private router: Router = express.Router()` is still the router that is made there.
    const made = inferred();
    const origin =
      made.kind === 'external' && made.origin ? made.origin : isCSharp(at.file) ? undefined : injectionOf(at);
    return origin ? { ...declared, origin } : declared;
  }

  #typeOfUntypedParameter(at: Location): Type {
    const fallback = this.typeOf(this.child(at, 1));
    if (fallback.kind !== 'unknown') return fallback;
    const given = this.calls.typeOfCallbackParameter(at);
    return given.kind === 'unknown' && !isCSharp(at.file) ? this.#parameters.typeOf(at) : given;
  }

  /** The declared or inferred type of a field, as its own declaration says it. */
  fieldType(field: FieldSymbol): Type {
    const at = { file: field.file, node: field.node };
    if (field.owner.has(Flag.Enum)) return { kind: 'project', symbol: field.owner, args: [] };
    if (field.file.tree.kind(field.node) === Kind.Assign) return this.typeOf(this.child(at, 1));
    return this.#declaredOr(at, 1, () => {
      const initial = this.typeOf(this.child(at, 2));
      if (initial.kind !== 'unknown') return initial;
      const getter = this.program.table.functionAt(
        field.file,
        field.file.tree.children(this.child(at, 4).node)[0] ?? 0,
      );
      if (getter) return this.returnType(getter);
      return this.typeOf(isCSharp(field.file) ? valueFromConstructor(field) : assignedValue(field));
    });
  }

  /** The type of a member read on a value of a type. */
  memberType(on: Type, name: string, at: Location): Type {
    switch (on.kind) {
      case 'project':
        return this.#projectMember(on, name, at);
      case 'external':
        return this.#externalMember(on, name, at);
      case 'array':
        return this.#externalMember({ kind: 'external', name: '[]', args: [on.of] }, name, at);
      case 'static':
        return this.#staticMember(on.of, name, at);
      case 'namespace':
        return this.#namespaceMember(`${on.name}.${name}`, at);
      case 'module': {
        const binding = this.program.typescript.resolveExport(on.file, name);
        return binding ? this.typeOfBinding(binding) : this.#memberOfExportedObject(on.file, name, at);
      }
      case 'external_module':
        return { kind: 'external', name: `${on.name}#${name}`, args: [] };
      case 'object':
        return this.#objectMember(on.at, name, at);
      case 'string': {
        const string = asExternal(on, at.file);
        return string.kind === 'external' ? this.#externalMember(string, name, at) : UNKNOWN;
      }
      case 'parameter':
        return this.#constrainedMember(on.name, name, at);
      case 'function':
        return /^(call|apply)$/.test(name) ? on : UNKNOWN;
      case 'members':
        return on.of.member(name);
      default:
        return UNKNOWN;
    }
  }

  /** `module.exports = { list() {…} }` also exports what has no name of its own in the module. */
  #memberOfExportedObject(file: SourceFile, name: string, at: Location): Type {
    const node = this.program.table.modules.get(file)?.defaultExpression ?? 0;
    return file.tree.kind(node) === Kind.Object ? this.memberType(this.typeOf({ file, node }), name, at) : UNKNOWN;
  }

  #constrainedMember(parameter: string, name: string, at: Location): Type {
    for (const constraint of this.program.constraints(parameter, at)) {
      const type = constraint.kind === 'parameter' ? UNKNOWN : this.memberType(constraint, name, at);
      if (type.kind !== 'unknown') return type;
    }
    return UNKNOWN;
  }

  #projectMember(on: Type & { kind: 'project' }, name: string, at: Location): Type {
    const member = this.program.member(on, name);
    if (member?.kind === 'methods') return { kind: 'function', functions: member.functions, bound: on };
    if (member?.kind === 'field') return substitute(this.fieldType(member.field), member.bindings);
    if (member?.kind === 'type') return this.#staticOf(member.symbol);
    const external = this.program.externalMember(on, name, at.file);
    if (external) return this.evaluateModel(external.model, external.on, at, 0);
    return this.#baseMember(on, name, at) ?? this.frameworkTypes.member?.(on, name) ?? UNKNOWN;
  }

  /** A member of what a type alias stands for, where that is no declared type: `type Services = typeof queries`. */
  #baseMember(on: Type, name: string, at: Location): Type | undefined {
    for (const base of this.program.lineage(on)) {
      if (base.kind !== 'object' && base.kind !== 'module' && base.kind !== 'members') continue;
      const found = this.memberType(base, name, at);
      if (found.kind !== 'unknown') return found;
    }
    return undefined;
  }

  /** The value that `typeof a.b` names in a type. */
  #typeOfPath(at: Location): Type {
    if (at.file.tree.kind(at.node) !== Kind.TypeRef) return this.typeOf(at);
    const [first = '', ...rest] = at.file.tree.text(at.node).split('.');
    return rest.reduce((type, name) => this.memberType(type, name, at), this.typeOfName(first, at));
  }

  #externalMember(on: ExternalType, name: string, at: Location): Type {
    if (GLOBAL_OBJECTS.has(on.name)) return { kind: 'external', name: `#${name}`, args: [] };
    const given = this.frameworkTypes.externalMember?.(on, name);
    if (given) return given;
    const found = this.program.models(at.file).member(on, name);
    if (found) return this.evaluateModel(found, on, at, 0);
    if (isCSharp(at.file)) return UNKNOWN;
    // The default import of a module that has no default export is the module itself: `import fs from 'fs'`.
    const module = on.name.endsWith('#default')
      ? `${on.name.slice(0, -'default'.length)}${name}`
      : `${on.name}.${name}`;
    return { kind: 'external', name: module, args: [] };
  }

  #staticMember(of: Type, name: string, at: Location): Type {
    if (of.kind === 'project') return this.#projectMember(of, name, at);
    return of.kind === 'external' ? this.#externalMember(of, name, at) : UNKNOWN;
  }

  #namespaceMember(name: string, at: Location): Type {
    const symbol = this.program.csharp.resolveType(name, 0, at);
    if (symbol) return this.#staticOf(symbol);
    if (this.program.csharp.isNamespace(name, at) || LIBRARY_NAMESPACE.test(name)) return { kind: 'namespace', name };
    return { kind: 'static', of: { kind: 'external', name: name.slice(name.lastIndexOf('.') + 1), args: [] } };
  }

  /** A property of an object literal, or of an object type. */
  #objectMember(object: Location, name: string, at: Location): Type {
    const key = `${object.file.index}:${object.node}:${name}`;
    // An object spread into itself says nothing of its members.
    if (this.#searched.has(key)) return UNKNOWN;
    this.#searched.add(key);
    const type = this.#findInObject(object, name, at);
    this.#searched.delete(key);
    return type;
  }

  #findInObject(object: Location, name: string, at: Location): Type {
    const { tree } = object.file;
    for (const child of tree.children(object.node)) {
      const kind = tree.kind(child);
      if (kind === Kind.Spread) {
        const spread = this.memberType(this.typeOf(this.child({ file: object.file, node: child }, 0)), name, at);
        if (spread.kind !== 'unknown') return spread;
      }
      if (tree.text(child) !== name) continue;
      if (kind === Kind.Property) return this.typeOf({ file: object.file, node: tree.child(child, 0) });
      if (kind === Kind.Field) return this.program.typeFromReference({ file: object.file, node: tree.child(child, 1) });
    }
    return UNKNOWN;
  }

  #typeOfIndex(at: Location): Type {
    const on = this.typeOf(this.child(at, 0));
    const key = at.file.tree.child(at.node, 1);
    if (at.file.tree.kind(key) === Kind.String && on.kind !== 'array') {
      return this.memberType(on, at.file.tree.text(key), at);
    }
    return this.elementOf(on, at.file);
  }

  /** The type of an element of a collection. */
  elementOf(type: Type, file: SourceFile): Type {
    return elementOf(this.program, type, file);
  }

  /** What `await` gives for a value of a type. */
  awaited(type: Type, file: SourceFile): Type {
    return awaited(this.program, type, file);
  }

  #typeOfQuery(at: Location): Type {
    const source = this.typeOf(this.child(at, 0));
    const query = this.program.viewAsExternal(source, 'IQueryable', at.file);
    return query ?? (source.kind === 'array' ? source : UNKNOWN);
  }

  #typeOfCall(at: Location): Type {
    const required = isCSharp(at.file) ? undefined : requiredBinding(this.program, at);
    if (required) return this.typeOfBinding(required);
    const call = this.calls.resolve(at);
    if (call.name === 'bind' && call.receiver.kind === 'function') return call.receiver;
    for (const fn of call.functions) {
      const type = this.#returnOf(fn, call);
      if (type.kind !== 'unknown') return type;
    }
    const known = call.functions.length === 0 ? this.frameworkTypes.call?.(call) : undefined;
    if (known) return known;
    return call.model ? this.evaluateModel(call.model, call.modelOn, at, call.callNode) : UNKNOWN;
  }

  #returnOf(fn: FunctionSymbol, call: ResolvedCall): Type {
    const declared = substitute(this.returnType(fn), call.bindings);
    return substitute(declared, this.calls.inferBindings(fn, call));
  }

  /** Declared return type of a function, or what its body returns. */
  returnType(fn: FunctionSymbol): Type {
    const known = this.#returns.get(fn);
    if (known) return known;
    this.#returns.set(fn, UNKNOWN);
    const declared = this.program.declaredReturn(fn);
    const type = declared.kind === 'unknown' ? this.#inferredReturn(fn) : declared;
    this.#returns.set(fn, type);
    return type;
  }

  #inferredReturn(fn: FunctionSymbol): Type {
    const { tree } = fn.file;
    const body = tree.child(fn.node, 3);
    if (body === 0) return UNKNOWN;
    if (tree.kind(body) !== Kind.Block) return this.typeOf({ file: fn.file, node: body });
    const find = (node: number): Type => {
      for (const child of tree.children(node)) {
        const kind = tree.kind(child);
        if (kind === Kind.Function || kind === Kind.Type) continue;
        const type = kind === Kind.Return ? this.typeOf({ file: fn.file, node: tree.child(child, 0) }) : find(child);
        if (type.kind !== 'unknown') return type;
      }
      return UNKNOWN;
    };
    return find(body);
  }

  /** The type a rule pack's member model gives at a call or member access. */
  evaluateModel(found: FoundMember, on: Type, at: Location, callNode: number): Type {
    return evaluateModel(this, found, on, at, callNode);
  }
}
