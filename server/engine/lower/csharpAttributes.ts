import type { SyntaxId } from '../parse/syntax.ts';
import type { CSharpContext } from './csharpContext.ts';
import { activeBranch } from './csharpPreprocessor.ts';
import { dottedName } from './csharpTypeReferences.ts';
import { Flag, Kind } from './tree.ts';

const MODIFIER_FLAGS: Readonly<Record<string, number>> = {
  static: Flag.Static,
  abstract: Flag.Abstract,
  partial: Flag.Partial,
  async: Flag.Async,
  override: Flag.Override,
  readonly: Flag.Readonly,
  const: Flag.Const | Flag.Static,
  private: Flag.Private,
  public: Flag.Exported,
  required: Flag.Required,
};
const ACCESSIBILITY: ReadonlySet<string> = new Set(['public', 'private', 'protected', 'internal']);

/** What stands before a declaration's keyword or type. */
export interface Header {
  flags: number;
  /** `attribute` syntax nodes. */
  attributes: SyntaxId[];
  hasAccessibility: boolean;
}

/** Reads modifiers and attributes of a declaration. */
export function readHeader(context: CSharpContext, id: SyntaxId): Header {
  const { syntax } = context;
  const header: Header = { flags: 0, attributes: [], hasAccessibility: false };
  for (let child = syntax.firstChild(id); child >= 0; child = syntax.next(child)) {
    const type = syntax.type(child);
    if (type === 'modifier') {
      const word = syntax.text(child);
      header.flags |= MODIFIER_FLAGS[word] ?? 0;
      header.hasAccessibility ||= ACCESSIBILITY.has(word);
    } else if (type === 'attribute_list') addAttributes(context, child, header.attributes);
    else if (type === 'preproc_if_in_attribute_list') {
      for (const active of activeBranch(syntax, child, context.symbols)) {
        if (syntax.type(active) === 'attribute_list') addAttributes(context, active, header.attributes);
      }
    }
  }
  return header;
}

/** Flags of a member: what its modifiers say, and where they say nothing about access, what its container means. */
export function memberFlags(context: CSharpContext, id: SyntaxId, header: Header): number {
  if (header.hasAccessibility || context.container === 'none') return header.flags;
  if (context.container === 'interface') return header.flags | Flag.Exported;
  return context.hasWord(id, 'explicit_interface_specifier') ? header.flags : header.flags | Flag.Private;
}

function addAttributes(context: CSharpContext, list: SyntaxId, into: SyntaxId[]): void {
  const { syntax } = context;
  for (let child = syntax.firstChild(list); child >= 0; child = syntax.next(child)) {
    if (syntax.type(child) === 'attribute') into.push(child);
  }
}

/** Whether an attribute of a record's parameter is written for the property, as in `[property: Key]`. */
export function targetsProperty(context: CSharpContext, attribute: SyntaxId): boolean {
  const { syntax } = context;
  const target = syntax.childOfType(syntax.parent(attribute), 'attribute_target_specifier');
  return target >= 0 && context.hasWord(target, 'property');
}

/** A List of lowered attributes; without any it is empty and stands where the declaration begins. */
export function lowerAttributes(context: CSharpContext, attributes: readonly SyntaxId[], owner: SyntaxId): number {
  const first = attributes[0];
  if (first === undefined) {
    const position = context.syntax.start(owner);
    return context.builder.node(Kind.List, 0, position, position, '', []);
  }
  const lowered = attributes.map((attribute) => lowerAttribute(context, attribute));
  return context.listOf(lowered, first, attributes.at(-1) ?? first, first);
}

function lowerAttribute(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const list = syntax.childOfType(id, 'attribute_argument_list');
  const values = list < 0 ? [] : context.lowerAll(context.kids(list));
  return context.node(Kind.Attribute, 0, id, attributeName(dottedName(context, syntax.field(id, 'name'))), values);
}

function attributeName(name: string): string {
  return name.endsWith('Attribute') && !/(^|\.)Attribute$/.test(name) ? name.slice(0, -'Attribute'.length) : name;
}

/** `x`, `Name = x`, `name: x` in an attribute, `x`, `name: x`, `out x` in a call. */
export function lowerArgument(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const name = syntax.field(id, 'name');
  const value = context.lower(context.lastKid(id, name));
  if (name < 0) return value;
  return context.node(Kind.NamedArgument, 0, id, context.name(name), [value]);
}

/** `[assembly: …]` */
export function lowerGlobalAttribute(context: CSharpContext, id: SyntaxId): number {
  const attributes: SyntaxId[] = [];
  addAttributes(context, id, attributes);
  return lowerAttributes(context, attributes, id);
}
