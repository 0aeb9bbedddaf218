import { type Ast, parse } from 'angular-html-parser';
import { isComponentTag } from './domElements.ts';
import { lowerExpression } from './templateExpression.ts';
import { attributeValue, TextPositions, type TextStart } from './templateSource.ts';
import { Flag, Kind, type TreeBuilder } from './tree.ts';

const EVENT = /^(?:data-)?(?:\(([^)]+)\)|on-(.+))$/;
const MAX_BRACE_DEPTH = 200;
const LINK = /^(?:routerLink|\[routerLink\])$/;
/** `onclick` and its like; not every attribute that begins with `on` is an event (`online`). */
const DOM_EVENT = new RegExp(
  '^on((?:dbl|aux)?click|change|input|submit|reset|(?:un|beforeun)?load|key\\w+|mouse\\w+|pointer\\w+|touch\\w+|drag\\w*|' +
    'drop|focus(?:in|out)?|blur|scroll|select|toggle|contextmenu|wheel|copy|cut|paste|resize|error|message|popstate)$',
  'i',
);

/** How a text is read: Angular's blocks and plural forms are text in a plain page. */
export type TemplateSyntax = 'angular' | 'html';

/**
 * Lowers an Angular template: events with their handlers, own elements and router links.
 * @param at where the template begins in its file
 * @returns the UiTemplate node
 */
export function lowerTemplate(text: string, builder: TreeBuilder, at: TextStart): number {
  const positions = new TextPositions(text, at);
  const lowering = new TemplateLowering(text, builder, positions);
  for (const element of elementsOf(parseMarkup(text, 'angular'))) lowering.addElement(element);
  return lowering.finish();
}

/** The nodes of a page or template; broken markup gives the nodes that could be made of it. */
export function parseMarkup(text: string, syntax: TemplateSyntax): Ast.Node[] {
  const isAngular = syntax === 'angular' && !hasDeepPlurals(text);
  return parse(withoutPitfalls(text), {
    canSelfClose: true,
    isTagNameCaseSensitive: true,
    tokenizeAngularBlocks: isAngular,
    tokenizeAngularLetDeclaration: isAngular,
  }).rootNodes;
}

/**
 * The text without what the parser throws for: a CDATA section without end and references to characters that do not
 * exist. No position moves.
 */
export function withoutPitfalls(text: string): string {
  const closed = text.lastIndexOf('<![CDATA[') > text.lastIndexOf(']]>') ? `${text}]]>` : text;
  if (!closed.includes('&#')) return closed;
  return closed.replace(/&#(?:x([\da-f]+)|(\d+));/gi, (reference, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? reference : ' '.repeat(reference.length);
  });
}

/**
 * Whether plural forms may be nested deeper than anybody writes them. The parser reads each level again and recurses;
 * elements and blocks do not harm it.
 */
function hasDeepPlurals(text: string): boolean {
  if (!/,\s{0,20}(?:plural|select)/.test(text)) return false;
  let depth = 0;
  for (const { 0: brace } of text.matchAll(/[{}]/g)) {
    depth = brace === '{' ? depth + 1 : Math.max(depth - 1, 0);
    if (depth > MAX_BRACE_DEPTH) return true;
  }
  return false;
}

/** All elements in the order of the text, whatever blocks and plural forms they are in. */
export function* elementsOf(nodes: readonly Ast.Node[]): Generator<Ast.Element> {
  const open: Ast.Node[] = nodes.toReversed();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'element') yield node;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i];
      if (child !== undefined) open.push(child);
    }
  }
}

function childrenOf(node: Ast.Node): readonly Ast.Node[] {
  switch (node.kind) {
    case 'element':
    case 'block':
      return node.children;
    case 'expansion':
      return node.cases;
    case 'expansionCase':
      return node.expression;
    default:
      return [];
  }
}

/** Collects what the linker needs of a template. */
export class TemplateLowering {
  readonly #text: string;
  readonly #builder: TreeBuilder;
  readonly #positions: TextPositions;
  readonly #children: number[] = [];

  constructor(text: string, builder: TreeBuilder, positions: TextPositions) {
    this.#text = text;
    this.#builder = builder;
    this.#positions = positions;
  }

  get isEmpty(): boolean {
    return this.#children.length === 0;
  }

  addElement(element: Ast.Element): void {
    const tag = element.name.slice(element.name.lastIndexOf(':') + 1);
    if (isComponentTag(element.name))
      this.#children.push(this.#node(Kind.TemplateUse, element.startSourceSpan, tag, []));
    for (const attribute of element.attrs) this.#addAttribute(attribute, element, tag);
  }

  /** The UiTemplate node over the whole text. */
  finish(): number {
    const end = this.#positions.packed(this.#text.length);
    return this.#builder.node(Kind.UiTemplate, 0, this.#positions.packed(0), end, '', this.#children);
  }

  #addAttribute(attribute: Ast.Attribute, element: Ast.Element, tag: string): void {
    const angularEvent = EVENT.exec(attribute.name);
    const event = angularEvent?.[1] ?? angularEvent?.[2] ?? DOM_EVENT.exec(attribute.name)?.[1]?.toLowerCase();
    if (event !== undefined) {
      const handler = this.#expression(attribute);
      const name = this.#node(Kind.Identifier, element.nameSpan ?? element.startSourceSpan, tag, []);
      const flags = angularEvent ? 0 : Flag.Global;
      this.#children.push(this.#node(Kind.TemplateEvent, attribute.sourceSpan, event, [handler, name], flags));
    } else if (LINK.test(attribute.name)) {
      const value = attribute.name.startsWith('[') ? this.#expression(attribute) : this.#textValue(attribute);
      this.#children.push(this.#node(Kind.TemplateBinding, attribute.sourceSpan, 'routerLink', [value]));
    }
  }

  #node(kind: Kind, span: Ast.Node['sourceSpan'], text: string, children: readonly number[], flags = 0): number {
    const start = this.#positions.packed(span.start.offset);
    return this.#builder.node(kind, flags, start, this.#positions.packed(span.end.offset), text, children);
  }

  #expression(attribute: Ast.Attribute): number {
    const span = attribute.valueSpan;
    if (span === undefined) return 0;
    const value = attributeValue(this.#text, span.start.offset, span.end.offset);
    return lowerExpression(value, this.#builder, this.#positions);
  }

  /** A String, or a Template where the text holds `{{ … }}`. */
  #textValue(attribute: Ast.Attribute): number {
    const span = attribute.valueSpan;
    if (span === undefined) return 0;
    const value = attributeValue(this.#text, span.start.offset, span.end.offset);
    const node = (kind: Kind, from: number, to: number, text: string, children: readonly number[]): number => {
      const start = this.#positions.packed(value.offsetOf(from));
      return this.#builder.node(kind, 0, start, this.#positions.packed(value.offsetOf(to)), text, children);
    };
    const string = (from: number, to: number): number => node(Kind.String, from, to, value.text.slice(from, to), []);
    const parts: number[] = [];
    let last = 0;
    for (let open = value.text.indexOf('{{'); open >= 0; open = value.text.indexOf('{{', last)) {
      const close = value.text.indexOf('}}', open);
      if (close < 0) break;
      if (open > last) parts.push(string(last, open));
      const inner = {
        text: value.text.slice(open + 2, close),
        offsetOf: (index: number) => value.offsetOf(open + 2 + index),
      };
      const id = lowerExpression(inner, this.#builder, this.#positions);
      if (id !== 0) parts.push(id);
      last = close + 2;
    }
    if (last === 0) return string(0, value.text.length);
    if (last < value.text.length) parts.push(string(last, value.text.length));
    return node(Kind.Template, 0, value.text.length, '', parts);
  }
}
