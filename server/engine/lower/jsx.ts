import type { SyntaxId } from '../parse/syntax.ts';
import { Kind } from './tree.ts';
import {
  firstNamedChild,
  type LoweringContext,
  NO_CHILDREN,
  type NodeLowering,
  pushPresent,
} from './typescriptContext.ts';
import { decodeEntities, insideQuotes } from './typescriptStrings.ts';

/** The tags of own components start with a capital letter or are members: all others are DOM elements. */
const DOM_TAG = /^[a-z][^.]*$/;

function element(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const opening = syntax.type(id) === 'jsx_element' ? syntax.field(id, 'open_tag') : id;
  const tagId = syntax.field(opening, 'name');
  const tag = syntax.text(tagId);
  const component = tagId < 0 || DOM_TAG.test(tag) ? 0 : context.expression(tagId);
  const start = syntax.start(id);
  const attributes: number[] = [];
  for (const attribute of syntax.fieldAll(opening, 'attribute'))
    pushPresent(attributes, lowerAttribute(context, attribute));
  const children = opening === id ? NO_CHILDREN : childrenOf(context, id);
  const slots = [component, context.listAt(attributes, start), context.listAt(children, start)];
  return context.builder.node(Kind.JsxElement, 0, start, syntax.end(id), tag, slots);
}

function lowerAttribute(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  if (syntax.type(id) !== 'jsx_attribute') return context.expression(id);
  const [nameId = -1, valueId = -1] = syntax.namedChildren(id);
  const value = syntax.type(valueId) === 'string' ? text(context, valueId) : context.expression(valueId);
  return context.node(Kind.JsxAttribute, 0, id, syntax.text(nameId), [value]);
}

/** JSX strings have character references instead of escapes. */
function text(context: LoweringContext, id: SyntaxId): number {
  return context.node(Kind.String, 0, id, decodeEntities(insideQuotes(context.syntax, id)), NO_CHILDREN);
}

function childrenOf(context: LoweringContext, id: SyntaxId): number[] {
  const { syntax } = context;
  const children: number[] = [];
  for (const child of syntax.namedChildren(id)) {
    switch (syntax.type(child)) {
      case 'jsx_opening_element':
      case 'jsx_closing_element':
      case 'html_character_reference':
        break;
      case 'jsx_text':
        pushPresent(children, shownText(context, child));
        break;
      default:
        pushPresent(children, context.expression(child));
    }
  }
  return children;
}

/** The text a user reads, which is how a button is told from others. */
function shownText(context: LoweringContext, id: SyntaxId): number {
  const shown = context.syntax.text(id).replace(/\s+/g, ' ').trim();
  return shown === '' ? 0 : context.node(Kind.String, 0, id, decodeEntities(shown), NO_CHILDREN);
}

/** Namespaced names are only ever tags and attributes of the DOM. */
function namespacedName(context: LoweringContext, id: SyntaxId): number {
  return context.identifier(id, context.syntax.text(firstNamedChild(context.syntax, id)));
}

export const jsxLowerings: readonly (readonly [string, NodeLowering])[] = [
  ['jsx_element', element],
  ['jsx_self_closing_element', element],
  ['jsx_namespace_name', namespacedName],
];
