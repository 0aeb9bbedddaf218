import type { XamlAncestor } from './xaml.ts';
import { Kind, type TreeBuilder } from './tree.ts';
import { extensionArgument, localName, type XamlExtension, type XamlValue } from './xamlMarkup.ts';
import type { XamlTypes } from './xamlTypes.ts';

/** Packed positions of the attribute that a binding stands in. */
interface XamlSpan {
  start: number;
  end: number;
}

/** Where a binding stands. */
interface XamlPlace {
  /** From the root to the element itself. */
  ancestors: readonly XamlAncestor[];
  /** Called when a binding refers to an element that has no name of its own. */
  name(ancestor: XamlAncestor, name: string): void;
}

const STEP = /^\.?([A-Za-z_]\w*)/;
const INDEXER = /^\.?\[([^\]]*)\]/;

/** Writes bindings as the member accesses they stand for. */
export class XamlBindings {
  readonly #builder: TreeBuilder;
  readonly #types: XamlTypes;
  #given = 0;

  constructor(builder: TreeBuilder, types: XamlTypes) {
    this.#builder = builder;
    this.#types = types;
  }

  /** The expression a value stands for, 0 when it is none that could be followed. */
  lower(value: XamlValue, span: XamlSpan, place: XamlPlace): number {
    const { extension } = value;
    if (extension === undefined) return 0;
    switch (localName(extension.name)) {
      case 'Binding':
      case 'CompiledBinding':
      case 'ReflectionBinding':
        return this.#binding(extension, span, place);
      case 'Bind':
        return this.#compiledBinding(extension, span, place);
      case 'Action':
        return this.#path(this.#identifier('DataContext', span), extension.positional[0]?.text ?? '', span);
      case 'DesignInstance':
      case 'Type':
        return this.#typeReference(this.#designType(extension), span);
      default:
        return this.#source(value, span, place);
    }
  }

  /** A member of what an identifier means: `DataContext.Save`. */
  member(of: string, name: string, span: XamlSpan): number {
    return this.#node(Kind.Member, span, name, [this.#identifier(of, span)]);
  }

  #designType(extension: XamlExtension): string | undefined {
    const value = extension.named.get('Type') ?? extensionArgument(extension, 'TypeName');
    return this.#types.typeOf(value);
  }

  #binding(extension: XamlExtension, span: XamlSpan, place: XamlPlace): number {
    const path = extensionArgument(extension, 'Path');
    const text = extension.named.get('Path')?.text ?? (path?.extension ? '' : (path?.text ?? ''));
    const { base, rest } = this.#baseOf(extension, text, span, place);
    return base === 0 ? 0 : this.#path(base, rest, span);
  }

  /** What a binding's path begins at, and the path that is left. */
  #baseOf(extension: XamlExtension, path: string, span: XamlSpan, place: XamlPlace): { base: number; rest: string } {
    const element = extension.named.get('ElementName')?.text;
    if (element !== undefined) return { base: this.#identifier(`#${element}`, span), rest: path };
    const source = extension.named.get('Source') ?? extension.named.get('RelativeSource');
    if (source) return { base: this.#source(source, span, place), rest: path.replace(/^PlacementTarget\./, '') };
    const [inPath = '', kind = '', type] = /^!*(#\w+|\$self|\$parent(?:\[([^\]]*)\])?)\.?/.exec(path) ?? [];
    const rest = path.slice(inPath.length);
    if (kind.startsWith('#')) return { base: this.#identifier(kind, span), rest };
    if (kind === '$self') return { base: this.#reference(place.ancestors.at(-1), span, place), rest };
    if (kind !== '')
      return { base: this.#ancestor(type === undefined ? '' : (type.split(/[;,]/)[0] ?? ''), span, place), rest };
    return { base: this.#identifier('DataContext', span), rest: path };
  }

  /** `x:Bind` begins at the page itself, inside a template at the item. */
  #compiledBinding(extension: XamlExtension, span: XamlSpan, place: XamlPlace): number {
    const path = extensionArgument(extension, 'Path')?.text ?? '';
    const isInTemplate = place.ancestors.some(({ tag }) => tag.endsWith('DataTemplate'));
    const base = isInTemplate ? this.#identifier('DataContext', span) : this.#node(Kind.This, span, '', []);
    return path === '' ? 0 : this.#path(base, path.replace(/\(\s*\)$/, ''), span);
  }

  #source(value: XamlValue, span: XamlSpan, place: XamlPlace): number {
    const { extension } = value;
    const first = extension?.positional[0]?.text ?? '';
    switch (localName(extension?.name ?? '')) {
      case 'Reference':
        return this.#identifier(`#${extension?.named.get('Name')?.text ?? first}`, span);
      case 'StaticResource':
      case 'DynamicResource':
        return this.#resource(extension?.named.get('ResourceKey')?.text ?? first, span);
      case 'Static':
        return this.#static(extension?.named.get('Member')?.text ?? first, span);
      case 'RelativeSource':
        return extension ? this.#relative(extension, span, place) : 0;
      default:
        return 0;
    }
  }

  #resource(key: string, span: XamlSpan): number {
    const object = this.#identifier('Resources', span);
    return this.#node(Kind.Index, span, '', [object, this.#node(Kind.String, span, key, [])]);
  }

  #static(text: string, span: XamlSpan): number {
    const dot = text.lastIndexOf('.');
    if (dot < 0) return 0;
    const type = this.#typeReference(this.#types.qualified(text.slice(0, dot)), span);
    return this.#node(Kind.Member, span, text.slice(dot + 1), [type]);
  }

  #relative(extension: XamlExtension, span: XamlSpan, place: XamlPlace): number {
    const mode = extension.named.get('Mode')?.text ?? extension.positional[0]?.text ?? '';
    if (mode === 'Self') return this.#reference(place.ancestors.at(-1), span, place);
    const type = extension.named.get('AncestorType');
    if (type === undefined || mode === 'TemplatedParent') return 0;
    const written = type.extension ? extensionArgument(type.extension, 'TypeName')?.text : type.text;
    return written === undefined ? 0 : this.#ancestor(written, span, place);
  }

  /** The closest enclosing element of a type; where there is none, an object of that type. */
  #ancestor(type: string, span: XamlSpan, place: XamlPlace): number {
    const name = localName(type);
    const outer = place.ancestors.slice(0, -1);
    const found = name === '' ? outer.at(-1) : outer.findLast(({ tag }) => tag === name);
    if (found) return this.#reference(found, span, place);
    const isOwn = this.#types.clrNamespace(type) !== undefined;
    return isOwn ? this.#typeReference(this.#types.qualified(type), span) : 0;
  }

  #reference(ancestor: XamlAncestor | undefined, span: XamlSpan, place: XamlPlace): number {
    if (ancestor === undefined) return 0;
    if (ancestor.name === undefined) {
      ancestor.name = `$${this.#given++}`;
      place.name(ancestor, ancestor.name);
    }
    return this.#identifier(`#${ancestor.name}`, span);
  }

  /** `Selected.Items[0].Save` on a base; `((vm:X)DataContext).Save` casts it. */
  #path(base: number, text: string, span: XamlSpan): number {
    let rest = text.trim();
    let at = base;
    const [cast = '', type, , after = ''] = /^\(\(([\w:.+]+)\)([\w.]*)\)(.*)$/s.exec(rest) ?? [];
    if (cast !== '' && type !== undefined) {
      at = this.#typeReference(this.#types.qualified(type), span);
      rest = after;
    }
    while (rest !== '') {
      const step = STEP.exec(rest);
      const indexer = step ? null : INDEXER.exec(rest);
      if (step) at = this.#node(Kind.Member, span, step[1] ?? '', [at]);
      else if (indexer)
        at = this.#node(Kind.Index, span, '', [at, this.#node(Kind.Literal, span, indexer[1] ?? '', [])]);
      else return 0;
      rest = rest.slice((step ?? indexer)?.[0].length ?? rest.length);
    }
    return at;
  }

  #identifier(name: string, span: XamlSpan): number {
    return this.#node(Kind.Identifier, span, name, []);
  }

  #typeReference(name: string | undefined, span: XamlSpan): number {
    return name === undefined ? 0 : this.#node(Kind.TypeRef, span, name, []);
  }

  #node(kind: Kind, span: XamlSpan, text: string, children: readonly number[]): number {
    return this.#builder.node(kind, 0, span.start, span.end, text, children);
  }
}
