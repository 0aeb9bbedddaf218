import type { Syntax, SyntaxId } from '../parse/syntax.ts';
import { Kind } from './tree.ts';
import type { LoweringContext } from './typescriptContext.ts';
import { isComputedName, memberName } from './typescriptNames.ts';

/** Makes a new expression that reads the value a pattern takes apart. */
type Read = () => number;
/** Takes what one name of a pattern is bound to. */
type Bind = (target: SyntaxId, value: number) => void;

/** The walk through one pattern. */
interface Binding {
  context: LoweringContext;
  bind: Bind;
  /** Receives Variables for values that must not be lowered once a name. */
  out: number[];
}

/** True for a destructuring pattern. */
export function isPattern(syntax: Syntax, id: SyntaxId): boolean {
  const type = syntax.type(id);
  return type === 'object_pattern' || type === 'array_pattern';
}

/** Adds a Variable for each name of the pattern, which reads the variable or parameter `source`. */
export function bindVariables(
  context: LoweringContext,
  pattern: SyntaxId,
  source: string,
  flags: number,
  out: number[],
): void {
  const bind: Bind = (target, value) => {
    const name = context.syntax.text(target);
    out.push(context.node(Kind.Variable, flags, target, name, [context.identifier(target), 0, value]));
  };
  walk({ context, bind, out }, pattern, () => context.identifier(pattern, source));
}

/** `[a, b.c] = value`: a List of a Variable that holds the value, and an Assign for each target. */
export function destructuringAssignment(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const pattern = syntax.field(id, 'left');
  const source = context.nextPatternName();
  const value = context.expression(syntax.field(id, 'right'));
  const out = [holder(context, pattern, source, 0, value)];
  const bind: Bind = (target, read) => {
    out.push(context.node(Kind.Assign, 0, target, '=', [assigned(context, target), read]));
  };
  walk({ context, bind, out }, pattern, () => context.identifier(pattern, source));
  return context.list(out, id);
}

function assigned(context: LoweringContext, target: SyntaxId): number {
  const shorthand = context.syntax.type(target) === 'shorthand_property_identifier_pattern';
  return shorthand ? context.identifier(target) : context.expression(target);
}

/** The Variable that holds the value a pattern takes apart. */
export function holder(context: LoweringContext, pattern: SyntaxId, name: string, type: number, value: number): number {
  return context.node(Kind.Variable, 0, pattern, name, [context.identifier(pattern, name), type, value]);
}

function walk(binding: Binding, pattern: SyntaxId, read: Read): void {
  const { context } = binding;
  switch (context.syntax.type(pattern)) {
    case 'object_pattern':
      context.deeper(() => walkObject(binding, pattern, read));
      return;
    case 'array_pattern':
      context.deeper(() => walkArray(binding, pattern, read));
      return;
    case 'rest_pattern':
      for (const inner of context.syntax.namedChildren(pattern)) walk(binding, inner, read);
      return;
    case 'assignment_pattern':
    case 'object_assignment_pattern':
      walkDefault(binding, pattern, read);
      return;
    default:
      binding.bind(pattern, read());
  }
}

function walkObject(binding: Binding, pattern: SyntaxId, read: Read): void {
  const { context } = binding;
  const { syntax } = context;
  const member = (name: string, span: SyntaxId): number => context.node(Kind.Member, 0, span, name, [read()]);
  for (const child of syntax.namedChildren(pattern)) {
    switch (syntax.type(child)) {
      case 'object_assignment_pattern': {
        const left = syntax.field(child, 'left');
        walk(binding, child, isPattern(syntax, left) ? read : () => member(syntax.text(left), left));
        break;
      }
      case 'pair_pattern':
        walkPair(binding, child, read);
        break;
      case 'rest_pattern':
        walk(binding, child, read);
        break;
      default:
        walk(binding, child, () => member(syntax.text(child), child));
    }
  }
}

function walkPair(binding: Binding, pair: SyntaxId, read: Read): void {
  const { context } = binding;
  const { syntax } = context;
  const key = syntax.field(pair, 'key');
  const value = syntax.field(pair, 'value');
  if (!isComputedName(syntax, key)) {
    walk(binding, value, () => context.node(Kind.Member, 0, key, memberName(syntax, key), [read()]));
    return;
  }
  const readComputed = (): number => {
    return context.node(Kind.Index, 0, key, '', [read(), context.expression(syntax.namedChildren(key)[0] ?? -1)]);
  };
  if (isPattern(syntax, value)) walkHeld(binding, value, readComputed());
  else walk(binding, value, readComputed);
}

function walkArray(binding: Binding, pattern: SyntaxId, read: Read): void {
  const { context } = binding;
  const { syntax } = context;
  let index = 0;
  let at = syntax.startIndex(pattern) + 1;
  for (let child = syntax.firstChild(pattern); child >= 0; child = syntax.next(child)) {
    index += commasIn(syntax.source, at, syntax.startIndex(child));
    at = syntax.endIndex(child);
    if (!syntax.isNamed(child) || syntax.type(child) === 'comment') continue;
    const position = String(index);
    const readItem = (): number => {
      const literal = context.node(Kind.Literal, 0, child, position, []);
      return context.node(Kind.Index, 0, child, '', [read(), literal]);
    };
    walk(binding, child, syntax.type(child) === 'rest_pattern' ? read : readItem);
  }
}

/** Holes are not in the syntax tree: the position of an item is the number of commas before it. */
function commasIn(source: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (source.charCodeAt(at) === 44) count++;
  return count;
}

function walkDefault(binding: Binding, pattern: SyntaxId, read: Read): void {
  const { context } = binding;
  const { syntax } = context;
  const left = syntax.field(pattern, 'left');
  const right = context.expression(syntax.field(pattern, 'right'));
  const value = context.node(Kind.Binary, 0, pattern, '??', [read(), right]);
  if (isPattern(syntax, left)) walkHeld(binding, left, value);
  else walk(binding, left, () => value);
}

/** Takes apart a value that must be lowered once only: it gets a Variable of its own. */
function walkHeld(binding: Binding, pattern: SyntaxId, value: number): void {
  const { context } = binding;
  const name = context.nextPatternName();
  binding.out.push(holder(context, pattern, name, 0, value));
  walk(binding, pattern, () => context.identifier(pattern, name));
}
