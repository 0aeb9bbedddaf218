import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { TypeSymbol } from '../symbols.ts';

type Rewrite = (name: string) => string;

/** Conventions of EFCore.NamingConventions, by the method that turns them on. */
const CONVENTIONS: Readonly<Record<string, Rewrite>> = {
  UseSnakeCaseNamingConvention: snakeCase,
  UseLowerCaseNamingConvention: (name) => name.toLowerCase(),
  UseUpperCaseNamingConvention: (name) => name.toUpperCase(),
  UseUpperSnakeCaseNamingConvention: (name) => snakeCase(name).toUpperCase(),
  UseCamelCaseNamingConvention: (name) => `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`,
};
const REGISTRATION = /^Add(Pooled)?DbContext(Pool|Factory)?$/;
const SNAKE_FUNCTION = /snake_?case/i;
const MAX_DEPTH = 12;

/** How contexts rewrite the names of tables and columns that are not given explicitly. */
export class NamingConventions {
  readonly #linker: Linker;
  readonly #byContext = new Map<TypeSymbol, Rewrite>();
  /** Turned on where the context cannot be told. */
  #forAll: Rewrite | undefined;
  /** Code goes through the model and rewrites every name, given ones too: `entity.SetTableName(… .ToSnakeCase())`. */
  readonly rewritesAll: { tables: boolean; columns: boolean } = { tables: false, columns: false };
  /** Entity Framework 6: `Conventions.Remove<PluralizingTableNameConvention>()`. */
  isSingular = false;

  constructor(linker: Linker) {
    this.#linker = linker;
    for (const file of linker.program.files) {
      if (!isCSharp(file) || file.generated) continue;
      visitNodes(file, (node) => {
        if (file.tree.kind(node) === Kind.Call) this.#visit({ file, node });
      });
    }
  }

  /** What becomes of a conventional name in a context; undefined for an entity of no known one. */
  rewriteIn(contexts: ReadonlySet<TypeSymbol>): Rewrite {
    const [first] = contexts;
    const own = first && this.#byContext.get(first);
    const only = this.#byContext.size === 1 && contexts.size === 0 ? [...this.#byContext.values()][0] : undefined;
    return own ?? only ?? this.#forAll ?? ((name) => name);
  }

  #visit(at: Location): void {
    const { file, node } = at;
    const { tree } = file;
    const name = tree.text(tree.child(node, 0));
    const rewrite = Object.hasOwn(CONVENTIONS, name) ? CONVENTIONS[name] : undefined;
    if (rewrite) {
      const context = this.#contextOf(at);
      if (context) this.#byContext.set(context, rewrite);
      else this.#forAll ??= rewrite;
    }
    if ((name === 'SetTableName' || name === 'SetColumnName') && this.#callsSnakeCase(at)) {
      if (name === 'SetTableName') this.rewritesAll.tables = true;
      else this.rewritesAll.columns = true;
    }
    const [removed = 0] = name === 'Remove' ? tree.children(tree.child(node, 2)) : [];
    if (tree.text(removed) === 'PluralizingTableNameConvention') this.isSingular = true;
  }

  #callsSnakeCase({ file, node }: Location): boolean {
    const { tree } = file;
    const pending = [tree.child(node, 1)];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (tree.kind(at) === Kind.Call && SNAKE_FUNCTION.test(tree.text(tree.child(at, 0)))) return true;
      pending.push(...tree.children(at));
    }
    return false;
  }

  /** The context a call configures: that of the registration around it, else the class it stands in. */
  #contextOf({ file, node }: Location): TypeSymbol | undefined {
    const { tree } = file;
    const { program } = this.#linker;
    for (let call = file.parent(node), depth = 0; call !== 0 && depth < MAX_DEPTH; call = file.parent(call)) {
      if (tree.kind(call) !== Kind.Call) continue;
      depth++;
      if (!REGISTRATION.test(tree.text(tree.child(call, 0)))) continue;
      const types = tree.children(tree.child(call, 2)).map((at) => program.typeFromReference({ file, node: at }));
      const context = types.at(-1);
      return context?.kind === 'project' ? context.symbol : undefined;
    }
    const own = program.table.enclosingType(file, node);
    const isContext =
      own && program.externalLineage(program.selfType(own)).some(({ name }) => name.endsWith('DbContext'));
    return isContext ? own : undefined;
  }
}

/** `BlogPosts` is `blog_posts`, `HTMLPage` is `html_page`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
