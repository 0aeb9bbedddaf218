import { Kind } from '../lower/tree.ts';
import type { Program } from './program.ts';
import type { Location } from './sourceFile.ts';
import type { TypeSymbol } from './symbols.ts';
import type { Texts } from './values.ts';

/** Child index of the attribute list, by kind of declaration. */
const ATTRIBUTE_LISTS: Readonly<Record<number, number>> = {
  [Kind.Type]: 3,
  [Kind.Field]: 3,
  [Kind.Function]: 4,
  [Kind.Param]: 2,
};

/** A C# attribute as it is applied to a declaration. */
export interface Attribute {
  /** Name without namespace and without the suffix `Attribute`. */
  name: string;
  at: Location;
}

/** The attributes of a declaration, in the order of the source. */
export function attributesOf(declaration: Location): Attribute[] {
  const { file, node } = declaration;
  const { tree } = file;
  const list = tree.child(node, ATTRIBUTE_LISTS[tree.kind(node)] ?? 0);
  return tree
    .children(list)
    .filter((child) => tree.kind(child) === Kind.Attribute)
    .map((child) => {
      const written = tree.text(child);
      return { name: written.slice(written.lastIndexOf('.') + 1), at: { file, node: child } };
    });
}

/** The attributes of all declarations of a type: a partial type has those of all its parts. */
export function attributesOfType(type: TypeSymbol): Attribute[] {
  return type.declarations.flatMap(attributesOf);
}

/** The first attribute of one of the names. */
export function findAttribute(attributes: readonly Attribute[], ...names: string[]): Attribute | undefined {
  return attributes.find((attribute) => names.includes(attribute.name));
}

/** The positional argument at an index as an expression; node 0 when there is none. */
export function attributeArgument(attribute: Attribute, index: number): Location {
  const { file, node } = attribute.at;
  const positional = file.tree.children(node).filter((child) => file.tree.kind(child) !== Kind.NamedArgument);
  return { file, node: positional[index] ?? 0 };
}

/** The value of `Name = x` or `name: x`; node 0 when it is not given. Letter case is ignored. */
export function namedAttributeArgument(attribute: Attribute, name: string): Location {
  const { file, node } = attribute.at;
  const { tree } = file;
  const found = tree
    .children(node)
    .find((child) => tree.kind(child) === Kind.NamedArgument && tree.text(child).toLowerCase() === name.toLowerCase());
  return { file, node: tree.child(found ?? 0, 0) };
}

/** The text of a positional or, where that is missing, of a named argument. */
export function attributeText(texts: Texts, attribute: Attribute, index: number, name: string): string | undefined {
  const positional = attributeArgument(attribute, index);
  const at = positional.node === 0 ? namedAttributeArgument(attribute, name) : positional;
  return texts.valuesOf(at)[0]?.text;
}

/** The class of the scanned code that an attribute's name means, undefined for attributes of libraries. */
export function attributeClass(program: Program, attribute: Attribute): TypeSymbol | undefined {
  const { at } = attribute;
  const written = at.file.tree.text(at.node);
  return program.csharp.resolveType(`${written}Attribute`, 0, at) ?? program.csharp.resolveType(written, 0, at);
}
