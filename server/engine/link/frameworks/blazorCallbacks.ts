import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import { type FieldSymbol, type FunctionSymbol, pushTo } from '../symbols.ts';

const CALLBACK_TYPE = /^(?:EventCallback|Action|Func|\w*EventHandler)$/;
const INVOKE = /^(?:InvokeAsync|Invoke)$/;

/** Event parameters of components and the functions that the components around them hand over. */
export class ComponentCallbacks {
  readonly #linker: Linker;
  readonly #given = new Map<FieldSymbol, FunctionSymbol[]>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** Notes that a function is handed over for a parameter. */
  give(parameter: FieldSymbol, functions: readonly FunctionSymbol[]): void {
    for (const fn of functions) pushTo(this.#given, parameter, fn);
  }

  /** The functions handed over for the event parameter an expression reads; undefined when it is none. */
  givenTo(at: Location): readonly FunctionSymbol[] | undefined {
    const { tree } = at.file;
    if (tree.kind(at.node) !== Kind.Identifier || at.file.findLocal(tree.text(at.node), at.node) !== 0)
      return undefined;
    const { program } = this.#linker;
    const owner = program.table.enclosingType(at.file, at.node);
    const member = owner && program.member(program.selfType(owner), tree.text(at.node));
    if (member?.kind !== 'field' || !isCallbackField(member.field)) return undefined;
    return [...new Set(this.#given.get(member.field))];
  }

  /** `await OnSaved.InvokeAsync(x)` calls what was handed over. */
  linkInvocations(): void {
    if (this.#given.size === 0) return;
    const { graph, program } = this.#linker;
    for (const file of program.files) {
      if (!isCSharp(file)) continue;
      const { tree } = file;
      visitNodes(file, (node) => {
        const callee = tree.child(node, 0);
        if (tree.kind(node) !== Kind.Call || tree.kind(callee) !== Kind.Member || !INVOKE.test(tree.text(callee)))
          return;
        const given = this.givenTo({ file, node: tree.child(callee, 0) }) ?? [];
        const caller = given.length > 0 ? program.table.enclosingFunction(file, node) : undefined;
        if (!caller) return;
        const targets = given.map((fn) => graph.function(fn));
        for (const target of targets) {
          const candidates = targets
            .filter((other) => other !== target)
            .map((other) => ({ node: other, reason: 'also handed over' }));
          const confidence = candidates.length > 0 ? 'possible' : 'certain';
          const source = graph.function(caller);
          graph.edge({
            source,
            target,
            kind: 'calls',
            rule: 'blazor.callback',
            confidence,
            at: { file, node },
            candidates,
          });
        }
      });
    }
  }
}

/** Whether a property is of a type that takes a function. */
export function isCallbackField({ file, node }: FieldSymbol): boolean {
  const type = file.tree.text(file.tree.child(node, 1));
  return CALLBACK_TYPE.test(type.slice(type.lastIndexOf('.') + 1));
}
