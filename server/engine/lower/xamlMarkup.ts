/** A value in XAML: a text, or a markup extension such as `{Binding Path=Save}`. */
export interface XamlValue {
  text: string;
  extension: XamlExtension | undefined;
}

/** `{name positional, key=value}`; the name is as written, without the suffix `Extension`. */
export interface XamlExtension {
  name: string;
  positional: XamlValue[];
  named: Map<string, XamlValue>;
}

/** Markup extensions nested deeper than this are taken as text. */
const MAX_DEPTH = 20;

/** Reads an attribute's value; `{}` at its beginning escapes what follows. */
export function readXamlValue(text: string, depth = 0): XamlValue {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}') || trimmed.startsWith('{}') || depth > MAX_DEPTH) {
    return { text: trimmed.replace(/^'(.*)'$/s, '$1'), extension: undefined };
  }
  return { text: trimmed, extension: readExtension(trimmed.slice(1, -1), depth) };
}

function readExtension(body: string, depth: number): XamlExtension {
  const trimmed = body.trim();
  const name = /^[^\s,={}]+/.exec(trimmed)?.[0] ?? '';
  const extension: XamlExtension = { name: name.replace(/Extension$/, ''), positional: [], named: new Map() };
  for (const part of splitArguments(trimmed.slice(name.length))) {
    const [, key, value] = /^([\w.:]+)\s*=\s*(.*)$/s.exec(part) ?? [];
    if (key === undefined) extension.positional.push(readXamlValue(part, depth + 1));
    else extension.named.set(key, readXamlValue(value ?? '', depth + 1));
  }
  return extension;
}

/** Splits at commas outside of braces, brackets, parentheses and quotes. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '\\') at++;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
    else if ('{[('.includes(character)) depth++;
    else if ('}])'.includes(character)) depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** The local part of a name with a prefix: `x:Type` gives `Type`. */
export function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** The first positional argument or, where there is none, the one named. */
export function extensionArgument(extension: XamlExtension, name: string): XamlValue | undefined {
  return extension.named.get(name) ?? extension.positional[0];
}
