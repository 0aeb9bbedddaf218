import type { Syntax, SyntaxId } from '../parse/syntax.ts';
import { memberName } from './typescriptNames.ts';

/** An Angular template that stands in its component's decorator. */
export interface InlineTemplate {
  /** UTF-16 offset of the first character inside the quotes. */
  start: number;
  /** UTF-16 offset of the closing quote. */
  end: number;
  /** What stands between the quotes, as written: positions in it are positions in the file. */
  text: string;
}

/** The templates written as `@Component({ template: '…' })`; a template with substitutions has no fixed text. */
export function inlineTemplates(syntax: Syntax): InlineTemplate[] {
  const found: InlineTemplate[] = [];
  if (!syntax.source.includes('@Component')) return found;
  for (let id = 0; id < syntax.length; id++) {
    if (syntax.type(id) !== 'decorator') continue;
    const template = templateOf(syntax, id);
    if (template >= 0) found.push(insideOf(syntax, template));
  }
  return found;
}

function insideOf(syntax: Syntax, id: SyntaxId): InlineTemplate {
  const start = syntax.startIndex(id) + 1;
  const end = syntax.endIndex(id) - 1;
  return { start, end, text: syntax.source.slice(start, end) };
}

function templateOf(syntax: Syntax, decorator: SyntaxId): SyntaxId {
  const call = syntax.childOfType(decorator, 'call_expression');
  if (syntax.text(syntax.field(call, 'function')) !== 'Component') return -1;
  const metadata = syntax.namedChildren(syntax.field(call, 'arguments'))[0] ?? -1;
  for (const pair of syntax.namedChildren(metadata)) {
    if (memberName(syntax, syntax.field(pair, 'key')) !== 'template') continue;
    const value = syntax.field(pair, 'value');
    return isFixedText(syntax, value) ? value : -1;
  }
  return -1;
}

function isFixedText(syntax: Syntax, id: SyntaxId): boolean {
  if (syntax.type(id) === 'string') return true;
  return syntax.type(id) === 'template_string' && syntax.childOfType(id, 'template_substitution') < 0;
}
