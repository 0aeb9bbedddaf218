import { Flag, Kind, type Tree } from '../lower/tree.ts';
import { isCSharp, type SourceFile } from './sourceFile.ts';
import { type FunctionSymbol, type ModuleScope, pushTo, SymbolTable, TypeSymbol } from './symbols.ts';

const TYPE_PARAMETERS = 1;
const MEMBERS = 4;

/** Enters everything the files declare into one symbol table. Files must come in a fixed order. */
export function declareAll(files: readonly SourceFile[]): SymbolTable {
  const table = new SymbolTable();
  for (const file of files) new Declarer(table, file).run();
  return table;
}

/** Walks one file and declares its types, functions, fields, imports and exports. */
class Declarer {
  readonly #table: SymbolTable;
  readonly #file: SourceFile;
  readonly #tree: Tree;
  readonly #module: ModuleScope | undefined;
  readonly #functions = new Map<number, FunctionSymbol>();
  readonly #types = new Map<number, TypeSymbol>();
  readonly #isCSharp: boolean;

  constructor(table: SymbolTable, file: SourceFile) {
    this.#table = table;
    this.#file = file;
    this.#tree = file.tree;
    this.#isCSharp = isCSharp(file);
    this.#module = this.#isCSharp ? undefined : emptyModule(file);
  }

  run(): void {
    this.#table.functionsByNode.set(this.#file, this.#functions);
    this.#table.typesByNode.set(this.#file, this.#types);
    if (this.#module) this.#table.modules.set(this.#file, this.#module);
    this.#walk(this.#tree.root, '', undefined, undefined);
  }

  #walk(node: number, namespace: string, owner: TypeSymbol | undefined, within: FunctionSymbol | undefined): void {
    for (const child of this.#tree.children(node)) this.#visit(child, namespace, owner, within);
  }

  #visit(node: number, namespace: string, owner: TypeSymbol | undefined, within: FunctionSymbol | undefined): void {
    const tree = this.#tree;
    switch (tree.kind(node)) {
      case Kind.Namespace: {
        const name = namespace === '' ? tree.text(node) : `${namespace}.${tree.text(node)}`;
        if (this.#isCSharp) this.#addNamespace(name);
        this.#walk(node, name, owner, within);
        return;
      }
      case Kind.Type:
        this.#declareType(node, namespace, owner, within);
        return;
      case Kind.Function: {
        const symbol = this.#declareFunction(node, namespace, owner, within);
        this.#walk(node, namespace, owner, symbol ?? within);
        return;
      }
      case Kind.Variable:
        if (this.#module && this.#isTopLevel(node)) this.#declareModuleVariable(node);
        break;
      case Kind.Assign:
        if (this.#module && owner && within) this.#declareAssignedField(node, owner);
        break;
      case Kind.Using:
        if (tree.has(node, Flag.Global)) {
          pushTo(this.#table.csharpGlobalUsings, this.#file.root, { file: this.#file, node });
        }
        return;
      case Kind.Import:
        this.#declareImport(node);
        return;
      case Kind.Export:
        this.#declareExport(node);
        return;
      case Kind.ExportDefault:
        if (this.#module) this.#module.defaultExpression = tree.child(node, 0);
        break;
      default:
    }
    this.#walk(node, namespace, owner, within);
  }

  #addNamespace(name: string): void {
    for (let at = name; at !== ''; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '') {
      this.#table.csharpNamespaces.add(at);
    }
  }

  #isTopLevel(node: number): boolean {
    for (let at = this.#file.parent(node); at !== 0; at = this.#file.parent(at)) {
      const kind = this.#tree.kind(at);
      if (kind === Kind.File || kind === Kind.Namespace) return true;
      if (kind !== Kind.List) return false;
    }
    return false;
  }

  #declareType(
    node: number,
    namespace: string,
    owner: TypeSymbol | undefined,
    within: FunctionSymbol | undefined,
  ): void {
    const tree = this.#tree;
    const name = tree.text(node);
    const parameters = tree.children(tree.child(node, TYPE_PARAMETERS)).map((p) => tree.text(p));
    const symbol = this.#isCSharp
      ? this.#csharpType(name, namespace, owner, parameters)
      : this.#moduleType(node, name, parameters, owner);
    symbol.flags |= tree.flags(node);
    symbol.declarations.push({ file: this.#file, node });
    this.#types.set(node, symbol);
    const members = tree.child(node, MEMBERS);
    for (const child of tree.children(node)) {
      if (child !== members) this.#visit(child, namespace, symbol, within);
    }
    for (const member of tree.children(members)) this.#declareMember(member, namespace, symbol, within);
  }

  #csharpType(name: string, namespace: string, owner: TypeSymbol | undefined, parameters: string[]): TypeSymbol {
    const prefix = owner ? owner.qualifiedName : namespace;
    const qualifiedName = prefix === '' ? name : `${prefix}.${name}`;
    const key = `${qualifiedName}/${parameters.length}`;
    const known = this.#table.csharpTypes.get(key);
    if (known) return known;
    const symbol = new TypeSymbol(name, qualifiedName, parameters, owner);
    this.#table.csharpTypes.set(key, symbol);
    this.#table.types.push(symbol);
    pushTo(this.#table.csharpByShortName, name, symbol);
    if (owner) pushTo(owner.nested, name, symbol);
    return symbol;
  }

  #moduleType(node: number, name: string, parameters: string[], owner: TypeSymbol | undefined): TypeSymbol {
    const symbol = new TypeSymbol(name, `${this.#file.root}/${this.#file.path}#${name}`, parameters, owner);
    this.#table.types.push(symbol);
    if (this.#module && this.#isTopLevel(node)) {
      const known = this.#module.types.get(name);
      if (known) return mergeInterface(known, symbol);
      this.#module.types.set(name, symbol);
      this.#export(node, name);
    }
    return symbol;
  }

  #declareMember(member: number, namespace: string, owner: TypeSymbol, within: FunctionSymbol | undefined): void {
    const tree = this.#tree;
    const kind = tree.kind(member);
    if (kind === Kind.Field) {
      const name = tree.text(member);
      const isStatic = tree.has(member, Flag.Static) || tree.has(member, Flag.Const) || owner.has(Flag.Enum);
      const field = { name, file: this.#file, node: member, owner, isStatic };
      const known = owner.fields.get(name);
      if (!known || tree.child(known.node, 1) === 0) owner.fields.set(name, field);
    }
    this.#visit(member, namespace, owner, within);
  }

  /** JavaScript classes declare their fields by assigning them: `this.client = …`. */
  #declareAssignedField(node: number, owner: TypeSymbol): void {
    const tree = this.#tree;
    const left = tree.child(node, 0);
    if (tree.text(node) !== '=' || tree.kind(left) !== Kind.Member || tree.kind(tree.child(left, 0)) !== Kind.This)
      return;
    const name = tree.text(left);
    if (owner.fields.has(name) || tree.kind(tree.child(node, 1)) === Kind.Function) return;
    owner.fields.set(name, { name, file: this.#file, node, owner, isStatic: false });
  }

  #declareFunction(
    node: number,
    namespace: string,
    owner: TypeSymbol | undefined,
    within: FunctionSymbol | undefined,
  ): FunctionSymbol | undefined {
    const tree = this.#tree;
    const naming = this.#nameOf(node, within);
    if (!naming) return undefined;
    const isMember = owner !== undefined && this.#isMemberOf(node, owner);
    const prefix = within && !isMember ? within.qualifiedName : owner ? owner.qualifiedName : namespace;
    const symbol: FunctionSymbol = {
      name: naming.name,
      qualifiedName: prefix === '' ? naming.name : `${prefix}.${naming.name}`,
      file: this.#file,
      node,
      nameNode: naming.node,
      owner,
      isStatic: tree.has(node, Flag.Static),
    };
    this.#functions.set(node, symbol);
    if (isMember && owner) this.#addMethod(owner, symbol);
    else if (this.#module && this.#isTopLevel(node) && tree.text(node) !== '') {
      this.#module.functions.set(symbol.name, symbol);
      this.#export(node, symbol.name);
    }
    return symbol;
  }

  #addMethod(owner: TypeSymbol, symbol: FunctionSymbol): void {
    if (this.#tree.has(symbol.node, Flag.Constructor)) owner.constructors.push(symbol);
    else pushTo(owner.methods, symbol.name, symbol);
    if (this.#tree.has(symbol.node, Flag.Extension)) pushTo(this.#table.extensionMethods, symbol.name, symbol);
  }

  /** Whether a function is a member: directly, as a field's initialiser, or assigned to `this.name`. */
  #isMemberOf(node: number, owner: TypeSymbol): boolean {
    const tree = this.#tree;
    const parent = this.#file.parent(node);
    if (tree.kind(parent) === Kind.Field) return true;
    if (tree.kind(parent) === Kind.Assign) return tree.kind(tree.child(tree.child(parent, 0), 0)) === Kind.This;
    const holder = this.#file.parent(parent);
    return tree.kind(parent) === Kind.List && tree.kind(holder) === Kind.Type && this.#types.get(holder) === owner;
  }

  /** The name a function is known by, undefined for a lambda that belongs to the function around it. */
  #nameOf(node: number, within: FunctionSymbol | undefined): { name: string; node: number } | undefined {
    const tree = this.#tree;
    const parent = this.#file.parent(node);
    const parentKind = tree.kind(parent);
    if (within && this.#isCallbackOption(node)) return undefined;
    if (tree.text(node) !== '' && !tree.has(node, Flag.Getter) && !tree.has(node, Flag.Setter)) {
      return { name: tree.text(node), node: tree.child(node, 0) || node };
    }
    if (tree.has(node, Flag.Constructor)) return { name: 'constructor', node: tree.child(node, 0) || node };
    if (parentKind === Kind.Variable || parentKind === Kind.Field) {
      return { name: tree.text(parent), node: tree.child(parent, 0) || parent };
    }
    if (tree.has(node, Flag.Getter) || tree.has(node, Flag.Setter)) return this.#accessorName(node);
    const placed = this.#nameByPlace(node, parent);
    if (placed || within) return placed;
    return this.#nameOfWrapped(node) ?? { name: 'anonymous', node };
  }

  /** The name that a function has from what it is given to. */
  #nameByPlace(node: number, parent: number): { name: string; node: number } | undefined {
    const tree = this.#tree;
    switch (tree.kind(parent)) {
      case Kind.Property:
        return { name: tree.text(parent), node: parent };
      case Kind.Assign:
        if (tree.kind(tree.child(parent, 0)) !== Kind.Member) return undefined;
        return { name: tree.text(tree.child(parent, 0)), node: parent };
      case Kind.ExportDefault:
        return { name: 'default', node };
      case Kind.JsxAttribute:
        return { name: 'inline', node };
      default:
        return undefined;
    }
  }

  /**
   * `subscribe({ next: () => … })`: a function in the options of a call is as anonymous as one given by itself. What
   * hooks are given runs later: on the event that asks for it.
   */
  #isCallbackOption(node: number): boolean {
    const tree = this.#tree;
    const property = this.#file.parent(node);
    const list = this.#file.parent(this.#file.parent(property));
    const call = this.#file.parent(list);
    if (tree.kind(property) !== Kind.Property || tree.kind(list) !== Kind.List) return false;
    if (tree.kind(call) !== Kind.Call || tree.child(call, 1) !== list) return false;
    return !/^use[A-Z]/.test(tree.text(tree.child(call, 0)));
  }

  /** `const load = createAsyncThunk('load', async () => …)`: the only function given to a call is known by its name. */
  #nameOfWrapped(node: number): { name: string; node: number } | undefined {
    const tree = this.#tree;
    const list = this.#file.parent(node);
    const call = this.#file.parent(list);
    const variable = this.#file.parent(call);
    if (tree.kind(list) !== Kind.List || tree.kind(call) !== Kind.Call || tree.kind(variable) !== Kind.Variable)
      return undefined;
    const isOnly = tree.children(list).filter((argument) => tree.kind(argument) === Kind.Function).length === 1;
    return isOnly && tree.child(call, 1) === list
      ? { name: tree.text(variable), node: tree.child(variable, 0) || variable }
      : undefined;
  }

  #accessorName(node: number): { name: string; node: number } {
    const field = this.#file.enclosing(node, Kind.Field);
    if (this.#tree.text(node) !== '') return { name: this.#tree.text(node), node: this.#tree.child(node, 0) || node };
    return { name: this.#tree.text(field), node: this.#tree.child(field, 0) || node };
  }

  #declareModuleVariable(node: number): void {
    const name = this.#tree.text(node);
    this.#module?.variables.set(name, node);
    this.#export(node, name);
  }

  #export(node: number, name: string): void {
    if (!this.#module) return;
    if (this.#tree.has(node, Flag.Default)) this.#module.exports.set('default', name);
    else if (this.#tree.has(node, Flag.Exported)) this.#module.exports.set(name, name);
  }

  #declareImport(node: number): void {
    const tree = this.#tree;
    const module = tree.text(node);
    for (const item of tree.children(node)) {
      const local = tree.text(tree.child(item, 0)) || tree.text(item);
      this.#module?.imports.set(local, { module, name: tree.text(item), node: item });
    }
  }

  #declareExport(node: number): void {
    const tree = this.#tree;
    const module = tree.text(node);
    for (const item of tree.children(node)) {
      const exported = tree.text(item);
      const local = tree.text(tree.child(item, 0));
      if (module === '') this.#module?.exports.set(exported, local || exported);
      else if (exported === '*') this.#module?.starExports.push(module);
      else this.#module?.reexports.set(exported, { module, name: local || exported });
    }
  }
}

/** A second interface of one name in a module adds to the first. */
function mergeInterface(known: TypeSymbol, added: TypeSymbol): TypeSymbol {
  return known.has(Flag.Interface) ? known : added;
}

function emptyModule(file: SourceFile): ModuleScope {
  return {
    file,
    types: new Map(),
    functions: new Map(),
    variables: new Map(),
    imports: new Map(),
    exports: new Map(),
    reexports: new Map(),
    starExports: [],
    defaultExpression: 0,
  };
}
