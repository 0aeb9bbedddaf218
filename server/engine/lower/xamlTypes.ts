import type { Ast } from 'angular-html-parser';
import { extensionArgument, localName, type XamlValue } from './xamlMarkup.ts';

/** What the prefixes of a XAML file's names stand for. */
export class XamlTypes {
  /** Prefix to what `xmlns:prefix` says, `''` for the default. */
  readonly #namespaces = new Map<string, string>();

  /** Takes over the prefixes an element declares; they are seldom declared below the root. */
  declare(element: Ast.Element): void {
    for (const attribute of element.attrs) {
      const name = plainName(attribute.name);
      if (name === 'xmlns') this.#namespaces.set('', attribute.value);
      else if (name.startsWith('xmlns:')) this.#namespaces.set(name.slice('xmlns:'.length), attribute.value);
    }
  }

  /** What the default prefix stands for. */
  get defaultNamespace(): string {
    return this.#namespaces.get('') ?? '';
  }

  /** Whether any prefix is declared as WinUI and UWP do it. */
  get hasUsings(): boolean {
    return [...this.#namespaces.values()].some((value) => value.startsWith('using:'));
  }

  /** The C# name of `prefix:Name`: qualified where the prefix names a namespace, else the short name. */
  qualified(name: string): string {
    const short = localName(name).replaceAll('+', '.');
    const namespace = this.clrNamespace(name);
    return namespace === undefined || namespace === '' ? short : `${namespace}.${short}`;
  }

  /** The C# namespace the prefix of a name stands for, undefined when it stands for a library's schema. */
  clrNamespace(name: string): string | undefined {
    const prefix = name.includes(':') ? name.slice(0, name.lastIndexOf(':')) : '';
    return /^(?:clr-namespace|using):([^;]*)/.exec(this.#namespaces.get(prefix) ?? '')?.[1]?.trim();
  }

  /** The C# name of the type a value names: `vm:X`, `{x:Type vm:X}`, `{x:Type TypeName=vm:X}`. */
  typeOf(value: XamlValue | undefined): string | undefined {
    if (value === undefined) return undefined;
    if (value.extension === undefined) return /^[\w:.+]+$/.test(value.text) ? this.qualified(value.text) : undefined;
    if (localName(value.extension.name) !== 'Type') return undefined;
    return this.typeOf(extensionArgument(value.extension, 'TypeName'));
  }
}

/** The parser writes `x:Class` as `:x:Class`. */
export function plainName(name: string): string {
  return name.startsWith(':') ? name.slice(1) : name;
}
