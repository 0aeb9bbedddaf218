import type { Syntax, SyntaxId } from '../parse/syntax.ts';
import { Flag, Kind } from './tree.ts';
import { type LoweringContext, pushPresent } from './typescriptContext.ts';
import { isComputedName, memberName } from './typescriptNames.ts';
import { stringValue } from './typescriptStrings.ts';

/** What an assignment to `module.exports` or `exports` exports. */
export interface CommonJsTarget {
  /** The assigned expression. */
  id: SyntaxId;
  /** The exported name; '' for `module.exports` itself. */
  name: string;
  /** The token of the exported name. */
  nameId: SyntaxId;
}

/** One name that is exported. */
export interface ExportedName {
  name: string;
  span: SyntaxId;
  local: SyntaxId;
}

/** The module a `require('m')` call asks for. */
export function requiredModule(syntax: Syntax, call: SyntaxId): string | undefined {
  if (syntax.type(call) !== 'call_expression') return undefined;
  const callee = syntax.field(call, 'function');
  if (syntax.type(callee) !== 'identifier' || syntax.text(callee) !== 'require') return undefined;
  const given = syntax.namedChildren(syntax.field(call, 'arguments'));
  const module = given[0] ?? -1;
  return given.length === 1 && syntax.type(module) === 'string' ? stringValue(syntax, module) : undefined;
}

/** Reads the left side of an assignment as an export: `module.exports`, `module.exports.x`, `exports.x`. */
export function commonJsTarget(syntax: Syntax, id: SyntaxId): CommonJsTarget | undefined {
  if (isModuleExports(syntax, id)) return { id, name: '', nameId: -1 };
  if (syntax.type(id) !== 'member_expression') return undefined;
  const object = syntax.field(id, 'object');
  const nameId = syntax.field(id, 'property');
  if (!isModuleExports(syntax, object) && !isIdentifier(syntax, object, 'exports')) return undefined;
  return { id, name: syntax.text(nameId), nameId };
}

function isModuleExports(syntax: Syntax, id: SyntaxId): boolean {
  if (syntax.type(id) !== 'member_expression') return false;
  const isExports = syntax.text(syntax.field(id, 'property')) === 'exports';
  return isExports && isIdentifier(syntax, syntax.field(id, 'object'), 'module');
}

function isIdentifier(syntax: Syntax, id: SyntaxId, name: string): boolean {
  return syntax.type(id) === 'identifier' && syntax.text(id) === name;
}

export function exportDefault(context: LoweringContext, span: SyntaxId, value: number): number {
  return context.node(Kind.ExportDefault, 0, span, '', [value]);
}

/** An Export of names of this module. */
export function exportNames(context: LoweringContext, span: SyntaxId, names: readonly ExportedName[]): number {
  const children = names.map(({ name, span: nameSpan, local }) => {
    return context.node(Kind.ExportName, 0, nameSpan, name, [context.identifier(local)]);
  });
  return context.node(Kind.Export, 0, span, '', children);
}

/**
 * Lowers an assignment statement that exports in the way of CommonJS.
 * @returns false for any other assignment
 */
export function pushCommonJsExport(context: LoweringContext, assignment: SyntaxId, out: number[]): boolean {
  const { syntax } = context;
  const target = commonJsTarget(syntax, syntax.field(assignment, 'left'));
  if (!target) return false;
  const right = syntax.field(assignment, 'right');
  if (target.name === '') pushModuleExports(context, assignment, right, out);
  else pushNamedExport(context, assignment, target, out);
  return true;
}

/** `module.exports = value`; names in an object literal are exported one by one as well. */
function pushModuleExports(context: LoweringContext, assignment: SyntaxId, right: SyntaxId, out: number[]): void {
  const { syntax } = context;
  let value = right;
  while (syntax.type(value) === 'assignment_expression' && isExportsItself(syntax, syntax.field(value, 'left'))) {
    value = syntax.field(value, 'right');
  }
  out.push(exportDefault(context, assignment, context.expression(value)));
  if (syntax.type(value) !== 'object') return;
  const names = exportedKeys(syntax, value);
  if (names.length > 0) out.push(exportNames(context, value, names));
}

function isExportsItself(syntax: Syntax, id: SyntaxId): boolean {
  return isIdentifier(syntax, id, 'exports') || isModuleExports(syntax, id);
}

function exportedKeys(syntax: Syntax, object: SyntaxId): ExportedName[] {
  const names: ExportedName[] = [];
  for (const property of syntax.namedChildren(object)) {
    if (syntax.type(property) === 'shorthand_property_identifier') {
      names.push({ name: syntax.text(property), span: property, local: property });
      continue;
    }
    const key = syntax.field(property, 'key');
    const local = syntax.field(property, 'value');
    if (syntax.type(property) !== 'pair' || syntax.type(local) !== 'identifier') continue;
    if (!isComputedName(syntax, key)) names.push({ name: memberName(syntax, key), span: property, local });
  }
  return names;
}

/**
 * `exports.x = value` is an exported Variable. With a name as value it is an Export of that name: a Variable would
 * hide the one it exports where both have the same name.
 */
function pushNamedExport(context: LoweringContext, assignment: SyntaxId, target: CommonJsTarget, out: number[]): void {
  const { syntax } = context;
  const right = syntax.field(assignment, 'right');
  if (syntax.type(right) === 'identifier') {
    out.push(exportNames(context, assignment, [{ name: target.name, span: target.id, local: right }]));
    return;
  }
  const children = [context.identifier(target.nameId), 0, context.expression(right)];
  pushPresent(out, context.node(Kind.Variable, Flag.Exported, assignment, target.name, children));
}
