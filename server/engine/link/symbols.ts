import { Flag, Kind } from '../lower/tree.ts';
import type { Location, SourceFile } from './sourceFile.ts';

/** A class, interface, struct, record, enum or alias of the scanned code; partial declarations are one symbol. */
export class TypeSymbol {
  readonly name: string;
  /** C#: namespace and containing types with dots. TypeScript: file path, `#`, name. */
  readonly qualifiedName: string;
  readonly declarations: Location[] = [];
  readonly typeParameters: readonly string[];
  readonly container: TypeSymbol | undefined;
  readonly nested = new Map<string, TypeSymbol[]>();
  readonly methods = new Map<string, FunctionSymbol[]>();
  readonly fields = new Map<string, FieldSymbol>();
  readonly constructors: FunctionSymbol[] = [];
  flags = 0;

  constructor(name: string, qualifiedName: string, typeParameters: readonly string[], container?: TypeSymbol) {
    this.name = name;
    this.qualifiedName = qualifiedName;
    this.typeParameters = typeParameters;
    this.container = container;
  }
  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }
  /** Whether calls on it are answered by implementations elsewhere. */
  get isAbstract(): boolean {
    return this.has(Flag.Interface) || this.has(Flag.Abstract);
  }
}

/** A function, method, constructor, accessor, or a named lambda of the scanned code. */
export interface FunctionSymbol {
  name: string;
  qualifiedName: string;
  file: SourceFile;
  /** The Function node. */
  node: number;
  /** The node whose position names it: the name identifier, else the function itself. */
  nameNode: number;
  owner: TypeSymbol | undefined;
  isStatic: boolean;
}

export interface FieldSymbol {
  name: string;
  file: SourceFile;
  node: number;
  owner: TypeSymbol;
  isStatic: boolean;
}

/** What a file of TypeScript or JavaScript declares at its top level, by name. */
export interface ModuleScope {
  file: SourceFile;
  types: Map<string, TypeSymbol>;
  functions: Map<string, FunctionSymbol>;
  /** Variable nodes. */
  variables: Map<string, number>;
  /** Local name to what it imports. */
  imports: Map<string, { module: string; name: string; node: number }>;
  /** Exported name to the local name. */
  exports: Map<string, string>;
  /** Exported name to another module's export. */
  reexports: Map<string, { module: string; name: string }>;
  /** Modules all of whose exports are exported again. */
  starExports: string[];
  /** The expression of `export default` or `module.exports`, 0 when there is none. */
  defaultExpression: number;
}

/** Everything declared in the scanned code. */
export class SymbolTable {
  readonly types: TypeSymbol[] = [];
  /** Every function symbol by its Function node. */
  readonly functionsByNode = new Map<SourceFile, Map<number, FunctionSymbol>>();
  readonly typesByNode = new Map<SourceFile, Map<number, TypeSymbol>>();
  /** C# types by qualified name and arity: `Ns.Outer.Name/1`. */
  readonly csharpTypes = new Map<string, TypeSymbol>();
  /** C# types by short name, over all namespaces. */
  readonly csharpByShortName = new Map<string, TypeSymbol[]>();
  readonly csharpNamespaces = new Set<string>();
  readonly csharpGlobalUsings = new Map<string, Location[]>();
  /** C# extension methods by name. */
  readonly extensionMethods = new Map<string, FunctionSymbol[]>();
  readonly modules = new Map<SourceFile, ModuleScope>();

  functionAt(file: SourceFile, node: number): FunctionSymbol | undefined {
    return this.functionsByNode.get(file)?.get(node);
  }
  typeAt(file: SourceFile, node: number): TypeSymbol | undefined {
    return this.typesByNode.get(file)?.get(node);
  }

  /** The type whose declaration encloses a node. */
  enclosingType(file: SourceFile, node: number): TypeSymbol | undefined {
    for (let at = file.enclosing(node, Kind.Type); at !== 0; at = file.enclosing(file.parent(at), Kind.Type)) {
      const symbol = this.typeAt(file, at);
      if (symbol) return symbol;
    }
    return undefined;
  }

  /** The closest function with a symbol that encloses a node: lambdas without a name belong to the one around them. */
  enclosingFunction(file: SourceFile, node: number): FunctionSymbol | undefined {
    for (let at = file.enclosing(node, Kind.Function); at !== 0; at = file.enclosing(file.parent(at), Kind.Function)) {
      const symbol = this.functionAt(file, at);
      if (symbol) return symbol;
    }
    return undefined;
  }
}

export function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
