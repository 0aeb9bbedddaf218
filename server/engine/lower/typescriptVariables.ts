import type { Syntax, SyntaxId } from '../parse/syntax.ts';
import { Flag, Kind } from './tree.ts';
import type { LoweringContext } from './typescriptContext.ts';
import {
  type CommonJsTarget,
  commonJsTarget,
  exportDefault,
  exportNames,
  requiredModule,
} from './typescriptCommonJs.ts';
import { memberName } from './typescriptNames.ts';
import { bindVariables, holder, isPattern } from './typescriptPatterns.ts';

/** Lowers the declarators of `const`, `let`, `var` and `using` to Variables, or to Imports where they `require`. */
export function pushVariables(context: LoweringContext, id: SyntaxId, prefixFlags: number, out: number[]): void {
  const { syntax } = context;
  const flags = prefixFlags | (context.hasWord(id, 'const') ? Flag.Const : 0);
  for (const declarator of syntax.namedChildren(id)) {
    if (syntax.type(declarator) !== 'variable_declarator') context.statement(declarator, out);
    else if (!pushRequire(context, declarator, out)) pushVariable(context, declarator, flags, out);
  }
}

function pushVariable(context: LoweringContext, id: SyntaxId, flags: number, out: number[]): void {
  const { syntax } = context;
  const nameId = syntax.field(id, 'name');
  const { value, targets } = assignedThrough(syntax, syntax.field(id, 'value'));
  const type = context.type(syntax.field(id, 'type'));
  const initialiser = context.expression(value);
  if (isPattern(syntax, nameId)) {
    const source = context.nextPatternName();
    out.push(holder(context, nameId, source, type, initialiser));
    bindVariables(context, nameId, source, flags, out);
    return;
  }
  const name = syntax.text(nameId);
  out.push(context.node(Kind.Variable, flags, id, name, [context.identifier(nameId), type, initialiser]));
  for (const target of targets) pushExport(context, target, nameId, out);
}

/** `const app = module.exports = express()`: the value, and what it is exported as on the way. */
function assignedThrough(syntax: Syntax, value: SyntaxId): { value: SyntaxId; targets: CommonJsTarget[] } {
  const targets: CommonJsTarget[] = [];
  let at = value;
  while (syntax.type(at) === 'assignment_expression') {
    const target = commonJsTarget(syntax, syntax.field(at, 'left'));
    if (!target) break;
    targets.push(target);
    at = syntax.field(at, 'right');
  }
  return { value: at, targets };
}

function pushExport(context: LoweringContext, target: CommonJsTarget, local: SyntaxId, out: number[]): void {
  if (target.name === '') out.push(exportDefault(context, target.id, context.identifier(local)));
  else out.push(exportNames(context, target.id, [{ name: target.name, span: target.id, local }]));
}

/** `const x = require('m')`, `const { a } = require('m')` and `const a = require('m').a` are imports. */
function pushRequire(context: LoweringContext, id: SyntaxId, out: number[]): boolean {
  const { syntax } = context;
  const value = syntax.field(id, 'value');
  const member = syntax.type(value) === 'member_expression' ? syntax.field(value, 'property') : -1;
  const module = requiredModule(syntax, member < 0 ? value : syntax.field(value, 'object'));
  if (module === undefined) return false;
  const nameId = syntax.field(id, 'name');
  if (syntax.type(nameId) === 'identifier') {
    const imported = member < 0 ? '*' : syntax.text(member);
    out.push(context.node(Kind.Import, 0, id, module, [importName(context, nameId, imported, nameId)]));
    return true;
  }
  const names = member < 0 ? requiredNames(context, nameId) : undefined;
  if (!names) return false;
  out.push(context.node(Kind.Import, 0, id, module, names));
  return true;
}

function importName(context: LoweringContext, span: SyntaxId, imported: string, local: SyntaxId): number {
  return context.node(Kind.ImportName, 0, span, imported, [context.identifier(local)]);
}

/** The names a flat pattern takes from a module; nothing when the pattern is more than names. */
function requiredNames(context: LoweringContext, pattern: SyntaxId): number[] | undefined {
  const { syntax } = context;
  if (syntax.type(pattern) !== 'object_pattern') return undefined;
  const pairs: { span: SyntaxId; imported: string; local: SyntaxId }[] = [];
  for (const child of syntax.namedChildren(pattern)) {
    const type = syntax.type(child);
    const local = type === 'pair_pattern' ? syntax.field(child, 'value') : child;
    if (type !== 'shorthand_property_identifier_pattern' && syntax.type(local) !== 'identifier') return undefined;
    const key = type === 'pair_pattern' ? syntax.field(child, 'key') : child;
    pairs.push({ span: child, imported: memberName(syntax, key), local });
  }
  return pairs.map(({ span, imported, local }) => importName(context, span, imported, local));
}
