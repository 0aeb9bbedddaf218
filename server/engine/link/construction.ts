import { Kind } from '../lower/tree.ts';
import type { Expressions } from './expressions.ts';
import { isCSharp, type Location } from './sourceFile.ts';
import type { FieldSymbol } from './symbols.ts';
import { type Type, UNKNOWN } from './types.ts';

/** What a `new` expression creates; library values carry where they were created. */
export function typeOfNew(expressions: Expressions, at: Location): Type {
  const { tree } = at.file;
  const created = tree.child(at.node, 0);
  if (created === 0) return expectedType(expressions, at);
  const type =
    tree.kind(created) === Kind.TypeRef
      ? constructed(expressions, { file: at.file, node: created })
      : instanceOf(expressions.typeOf({ file: at.file, node: created }));
  // A document made by `new User()` of a model has the identity of the model.
  return type.kind === 'external' ? { ...type, origin: type.origin ?? at } : type;
}

/** `new x()` where x may be a local that holds a class. */
function constructed(expressions: Expressions, at: Location): Type {
  const written = expressions.program.typeFromReference(at);
  if (isCSharp(at.file) || written.kind !== 'unknown') return written;
  return instanceOf(expressions.typeOfName(at.file.tree.text(at.node), at));
}

function instanceOf(type: Type): Type {
  if (type.kind === 'external_module') return { kind: 'external', name: `${type.name}#default`, args: [] };
  if (type.kind === 'static') return type.of;
  return type.kind === 'external' ? type : UNKNOWN;
}

/** The type a target-typed `new()` creates. */
function expectedType(expressions: Expressions, at: Location): Type {
  const { file } = at;
  const parent = file.parent(at.node);
  const kind = file.tree.kind(parent);
  if (kind === Kind.Variable || kind === Kind.Field) {
    return expressions.program.typeFromReference({ file, node: file.tree.child(parent, 1) });
  }
  return kind === Kind.Assign ? expressions.typeOf({ file, node: file.tree.child(parent, 0) }) : UNKNOWN;
}

/** What a class assigns to a field outside its declaration: `this.router = Router()`; node 0 when it does not. */
export function assignedValue(field: FieldSymbol): Location {
  const { file, owner } = field;
  const { tree } = file;
  for (const declaration of owner.declarations) {
    if (declaration.file !== file) continue;
    const pending = [declaration.node];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const left = tree.kind(node) === Kind.Assign && tree.text(node) === '=' ? tree.child(node, 0) : 0;
      const isField =
        tree.kind(left) === Kind.Member &&
        tree.text(left) === field.name &&
        tree.kind(tree.child(left, 0)) === Kind.This;
      if (isField) return { file, node: tree.child(node, 1) };
      pending.push(...tree.children(node).toReversed());
    }
  }
  return { file, node: 0 };
}

/** What the only constructor that assigns a C# field gives it; node 0 when none does, or several. */
export function valueFromConstructor({ name, owner, file }: FieldSymbol): Location {
  const found: Location[] = [];
  for (const constructor of owner.constructors) {
    const { tree } = constructor.file;
    const pending = [tree.child(constructor.node, 3)];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      pending.push(...tree.children(node));
      const left = tree.kind(node) === Kind.Assign && tree.text(node) === '=' ? tree.child(node, 0) : 0;
      const isPlain = tree.kind(left) === Kind.Identifier && constructor.file.findLocal(name, left) === 0;
      const isOnThis = tree.kind(left) === Kind.Member && tree.kind(tree.child(left, 0)) === Kind.This;
      if (tree.text(left) === name && (isPlain || isOnThis))
        found.push({ file: constructor.file, node: tree.child(node, 1) });
    }
  }
  return found.length === 1 && found[0] ? found[0] : { file, node: 0 };
}
