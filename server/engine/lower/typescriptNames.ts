import type { Syntax, SyntaxId } from '../parse/syntax.ts';
import { stringValue } from './typescriptStrings.ts';
import { firstNamedChild } from './typescriptContext.ts';

/**
 * `a.b.c` of a chain of names, in expressions and in types.
 * @returns '' for anything that is not only names
 */
export function dottedName(syntax: Syntax, id: SyntaxId): string {
  const parts: string[] = [];
  let at = id;
  for (;;) {
    switch (syntax.type(at)) {
      case 'identifier':
      case 'type_identifier':
      case 'property_identifier':
        parts.push(syntax.text(at));
        return parts.length === 1 ? (parts[0] as string) : parts.toReversed().join('.');
      case 'member_expression':
      case 'nested_identifier':
        parts.push(syntax.text(syntax.field(at, 'property')));
        at = syntax.field(at, 'object');
        break;
      case 'nested_type_identifier':
        parts.push(syntax.text(syntax.field(at, 'name')));
        at = syntax.field(at, 'module');
        break;
      case 'parenthesized_expression':
      case 'non_null_expression':
        at = firstNamedChild(syntax, at);
        break;
      default:
        return '';
    }
  }
}

/** The name a call goes by: `mixin` of `mixin(Base)` and of `mixin(Base)(Other)`, `c` of `a().c()`. */
export function calleeName(syntax: Syntax, call: SyntaxId): string {
  let at = call;
  while (syntax.type(at) === 'call_expression') at = syntax.field(at, 'function');
  return dottedName(syntax, at) || syntax.text(syntax.field(at, 'property'));
}

/** The name of a member or property: decoded when quoted, `[text]` when computed from anything but a string. */
export function memberName(syntax: Syntax, id: SyntaxId): string {
  switch (syntax.type(id)) {
    case 'string':
      return stringValue(syntax, id);
    case 'computed_property_name': {
      const inner = firstNamedChild(syntax, id);
      return syntax.type(inner) === 'string' ? stringValue(syntax, inner) : syntax.text(id);
    }
    default:
      return syntax.text(id);
  }
}

/** True when the name stands in brackets and is no string. */
export function isComputedName(syntax: Syntax, id: SyntaxId): boolean {
  return syntax.type(id) === 'computed_property_name' && syntax.type(firstNamedChild(syntax, id)) !== 'string';
}
