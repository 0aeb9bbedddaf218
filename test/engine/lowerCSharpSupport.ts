import { lowerCSharp } from '#engine/lower/csharp.ts';
import { Kind, Tree, TreeBuilder } from '#engine/lower/tree.ts';
import { loadParser, parse } from '#engine/parse/grammars.ts';
import type { Syntax } from '#engine/parse/syntax.ts';
import { shape } from './treeShape.ts';

export async function syntaxOf(source: string): Promise<Syntax> {
  return parse(await loadParser('csharp'), source, 20_000);
}

export function treeOf(syntax: Syntax): Tree {
  const builder = new TreeBuilder();
  return Tree.of(builder.finish(lowerCSharp(syntax, builder, 'csharp')));
}

export async function lower(source: string): Promise<Tree> {
  return treeOf(await syntaxOf(source));
}

/** The shapes of the statements and declarations of a file. */
export async function shapes(source: string): Promise<string[]> {
  const tree = await lower(source);
  return tree.children(tree.root).map((id) => shape(tree, id));
}

/** The shape of the value of `x = <expression>;`. */
export async function expression(source: string): Promise<string> {
  const tree = await lower(`x = ${source};`);
  const [assign = 0] = tree.children(tree.root);
  return shape(tree, tree.child(assign, 1));
}

/** The shape of the type of `<type> x;`. */
export async function type(source: string): Promise<string> {
  const tree = await lower(`class A { ${source} x; }`);
  const [declaration = 0] = tree.children(tree.root);
  return shape(tree, tree.child(tree.child(tree.child(declaration, 4), 0), 1));
}

/** The shapes of the members of a class. */
export async function members(source: string, keyword = 'class'): Promise<string[]> {
  const tree = await lower(`${keyword} A { ${source} }`);
  const [declaration = 0] = tree.children(tree.root);
  return tree.children(tree.child(declaration, 4)).map((id) => shape(tree, id));
}

export function nodesOf(tree: Tree, kind: number): number[] {
  const found: number[] = [];
  const pending = [tree.root];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (tree.kind(id) === kind) found.push(id);
    pending.push(...tree.children(id));
  }
  return found;
}

/** Names of what is called, in no order. */
export function calledNames(tree: Tree): string[] {
  return nodesOf(tree, Kind.Call).map((id) => tree.text(tree.child(id, 0)));
}
