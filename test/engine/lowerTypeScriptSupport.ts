import type { Language } from '#engine/languages.ts';
import { Tree, TreeBuilder } from '#engine/lower/tree.ts';
import { lowerTypeScript } from '#engine/lower/typescript.ts';
import { loadParser, parse } from '#engine/parse/grammars.ts';
import type { Syntax } from '#engine/parse/syntax.ts';
import { shape } from './treeShape.ts';

export async function syntaxOf(source: string, language: Language): Promise<Syntax> {
  return parse(await loadParser(language), source, 10_000);
}

export function lowered(syntax: Syntax, language: Language): Tree {
  const builder = new TreeBuilder();
  return Tree.of(builder.finish(lowerTypeScript(syntax, builder, language)));
}

export async function lower(source: string, language: Language = 'typescript'): Promise<Tree> {
  return lowered(await syntaxOf(source, language), language);
}

/** The shapes of the statements of a file. */
export async function shapes(source: string, language: Language = 'typescript'): Promise<string[]> {
  const tree = await lower(source, language);
  return tree.children(tree.root).map((id) => shape(tree, id));
}

/** The shape of the value of `x = <expression>`. */
export async function expression(source: string, language: Language = 'typescript'): Promise<string> {
  const tree = await lower(`x = ${source}`, language);
  const [assign = 0] = tree.children(tree.root);
  return shape(tree, tree.child(assign, 1));
}

/** The shape of the type in `type X = <type>`. */
export async function type(source: string): Promise<string> {
  const tree = await lower(`type X = ${source}`);
  const [declaration = 0] = tree.children(tree.root);
  return shape(tree, tree.child(declaration, 5));
}

/** All nodes in the order they are met; throws when one is met twice. */
export function reached(tree: Tree): Set<number> {
  const seen = new Set<number>();
  const open = [tree.root];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) throw new Error(`node ${id} (${shape(tree, id)}) has two parents`);
    seen.add(id);
    open.push(...tree.children(id));
  }
  return seen;
}

/** Every node that was built, reached or not. */
export function built(tree: Tree): number[] {
  const ids: number[] = [];
  for (let id = 1; id < tree.length; id = tree.after(id)) ids.push(id);
  return ids;
}

export function unreached(tree: Tree): string[] {
  const seen = reached(tree);
  return built(tree)
    .filter((id) => !seen.has(id))
    .map((id) => shape(tree, id));
}
