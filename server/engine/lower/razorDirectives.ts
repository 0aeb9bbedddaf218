/** What the directives of a Razor file say. */
export interface RazorDirectives {
  usings: string[];
  namespace: string | undefined;
  inherits: string | undefined;
  implements: string[];
  /** Services: type and name as written. */
  injects: string[];
  model: string | undefined;
  typeParameters: string[];
  attributes: string[];
  /** Routes with the offsets of their directives; undefined where `@page` has no argument. */
  pages: { route: string | undefined; start: number; end: number }[];
}

export function noDirectives(): RazorDirectives {
  return {
    usings: [],
    namespace: undefined,
    inherits: undefined,
    implements: [],
    injects: [],
    model: undefined,
    typeParameters: [],
    attributes: [],
    pages: [],
  };
}

const DIRECTIVE =
  /^(?:page|model|using|inject|inherits|implements|namespace|layout|attribute|typeparam|addTagHelper|removeTagHelper|tagHelperPrefix|rendermode|preservewhitespace)$/;

/** Whether a word after `@` at the beginning of a line is a directive that takes the rest of the line. */
export function isLineDirective(word: string, rest: string): boolean {
  if (!DIRECTIVE.test(word) || (rest !== '' && !/^[\s"]/.test(rest))) return false;
  return word !== 'using' || !/^\s*\(/.test(rest);
}

/** Takes over one directive. */
export function readDirective(into: RazorDirectives, word: string, rest: string, start: number, end: number): void {
  const value = rest.replace(/;?\s*$/, '').trim();
  switch (word) {
    case 'page':
      into.pages.push({ route: /^"([^"]*)"/.exec(value)?.[1], start, end });
      break;
    case 'using':
      into.usings.push(value);
      break;
    case 'namespace':
      into.namespace = value;
      break;
    case 'inherits':
      into.inherits = value;
      break;
    case 'implements':
      into.implements.push(value);
      break;
    case 'inject':
      into.injects.push(value);
      break;
    case 'model':
      into.model = value;
      break;
    case 'typeparam':
      into.typeParameters.push(/^\w+/.exec(value)?.[0] ?? 'T');
      break;
    case 'attribute':
      into.attributes.push(value);
      break;
    default:
  }
}
