import type { Ast } from 'angular-html-parser';
import { elementsOf, parseMarkup, TemplateLowering } from './angularTemplate.ts';
import { TextPositions } from './templateSource.ts';
import { Kind, type TreeBuilder } from './tree.ts';

/** The body of a `<script>` with the place of its first character, 1-based. */
export interface InlineScript {
  text: string;
  line: number;
  column: number;
}

export interface LoweredHtml {
  /** Id of the File node: one UiTemplate child, or none when the page has nothing of interest. */
  root: number;
  /** Scripts to be lowered as JavaScript. */
  scripts: InlineScript[];
}

/** What only Angular templates hold: bindings, structural directives, blocks, interpolation. */
const ANGULAR_SYNTAX =
  /\s\(\w[\w.:-]*\)\s*=|\s\[[\w.(]+[\])]*\s*=|\s\*ng[A-Z]|@(?:if|for|switch|defer|let)\s*[\w(]|\{\{/;
const SCRIPT_TYPE = /^(?:module|(?:text|application)\/(?:x-)?(?:java|ecma)script(?:;.*)?)?$/i;

/** Lowers an HTML file, be it an Angular template or a page; never throws for what it contains. */
export function lowerHtml(text: string, builder: TreeBuilder): LoweredHtml {
  const isAngular = ANGULAR_SYNTAX.test(text);
  const positions = new TextPositions(text, { line: 1, column: 1 });
  const lowering = new TemplateLowering(text, builder, positions);
  const scripts: InlineScript[] = [];
  for (const element of elementsOf(parseMarkup(text, isAngular ? 'angular' : 'html'))) {
    lowering.addElement(element);
    if (element.name.toLowerCase() === 'script') scripts.push(...scriptOf(element, text, positions));
  }
  const children = isAngular || !lowering.isEmpty ? [lowering.finish()] : [];
  const root = builder.node(Kind.File, 0, positions.packed(0), positions.packed(text.length), '', children);
  return { root, scripts };
}

function scriptOf(element: Ast.Element, text: string, positions: TextPositions): InlineScript[] {
  const type = element.attrs.find((attribute) => attribute.name.toLowerCase() === 'type')?.value ?? '';
  const hasSource = element.attrs.some((attribute) => attribute.name.toLowerCase() === 'src');
  if (hasSource || !SCRIPT_TYPE.test(type.trim())) return [];
  // The parser's text node would have its line ends normalised.
  const start = element.startSourceSpan.end.offset;
  const end = element.endSourceSpan?.start.offset ?? element.children.at(-1)?.sourceSpan.end.offset ?? start;
  const body = text.slice(start, end);
  return body.trim() === '' ? [] : [{ text: body, ...positions.locate(start) }];
}
