import { Kind } from '../../lower/tree.ts';
import type { Expressions } from '../expressions.ts';
import type { Program } from '../program.ts';
import type { Location, SourceFile } from '../sourceFile.ts';
import type { TypeSymbol } from '../symbols.ts';
import type { Texts } from '../values.ts';

/** An Angular component: its class and what its decorator says. */
export interface Component {
  symbol: TypeSymbol;
  file: SourceFile;
  /** The Attribute node. */
  decorator: number;
  selector: string | undefined;
}

const ATTRIBUTES = 3;

/** The property of an object literal, 0 when there is none. */
export function propertyOf(at: Location, name: string): Location {
  const { tree } = at.file;
  const property = tree.children(at.node).find((node) => tree.kind(node) === Kind.Property && tree.text(node) === name);
  return { file: at.file, node: property === undefined ? 0 : tree.child(property, 0) };
}

/** The decorators of a declaration with one of the names. */
export function decoratorsOf(file: SourceFile, node: number, ...names: string[]): number[] {
  const { tree } = file;
  return tree.children(tree.child(node, ATTRIBUTES)).filter((attribute) => names.includes(tree.text(attribute)));
}

/** All Angular components of the program. */
export function findComponents(program: Program, texts: Texts): Component[] {
  const components: Component[] = [];
  for (const symbol of program.table.types) {
    for (const { file, node } of symbol.declarations) {
      for (const decorator of decoratorsOf(file, node, 'Component', 'Directive')) {
        const options = { file, node: file.tree.child(decorator, 0) };
        const selector = texts.exactText(propertyOf(options, 'selector'));
        components.push({ symbol, file, decorator, selector });
      }
    }
  }
  return components;
}

/** Tells the expression evaluator whose members the names in a component's templates are. */
export function bindTemplates(
  components: readonly Component[],
  expressions: Expressions,
  texts: Texts,
  program: Program,
): void {
  const files = new Map(program.files.map((file) => [`${file.root}/${file.path}`, file]));
  for (const component of components) {
    const options = { file: component.file, node: component.file.tree.child(component.decorator, 0) };
    const url = texts.exactText(propertyOf(options, 'templateUrl'));
    if (url !== undefined) {
      const page = files.get(resolvePath(`${component.file.root}/${component.file.path}`, url));
      if (page) for (const template of templatesIn(page)) own(expressions, page, template, component.symbol);
    }
    const inline = propertyOf(options, 'template');
    if (inline.node === 0) continue;
    const start = component.file.tree.start(inline.node);
    const end = component.file.tree.end(inline.node);
    for (const template of templatesIn(component.file)) {
      const at = component.file.tree.start(template);
      if (at >= start && at <= end) own(expressions, component.file, template, component.symbol);
    }
  }
}

function templatesIn(file: SourceFile): number[] {
  const { tree } = file;
  return tree.children(tree.root).flatMap((node) => {
    if (tree.kind(node) === Kind.UiTemplate) return [node];
    return tree.kind(node) === Kind.File
      ? tree.children(node).filter((inner) => tree.kind(inner) === Kind.UiTemplate)
      : [];
  });
}

function own(expressions: Expressions, file: SourceFile, template: number, symbol: TypeSymbol): void {
  const known = expressions.templateOwners.get(file);
  if (known) known.set(template, symbol);
  else expressions.templateOwners.set(file, new Map([[template, symbol]]));
}

function resolvePath(from: string, relative: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
