import { Flag, Kind } from '../../lower/tree.ts';
import { parametersOf } from '../callResolver.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { functionsOf, joinRoute } from '../routes.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { Framework } from './framework.ts';

const RULE = 'node_http.route';
const CREATE = /^(node:)?https?#(default\.)?createServer$/;

/** Servers of `http.createServer` that compare `req.url` with the paths they serve. */
export const nodeHttp: Framework = {
  name: 'nodeHttp',
  link(linker) {
    for (const file of linker.program.files) {
      if (isCSharp(file) || !file.tree.mentions('createServer')) continue;
      visitNodes(file, (node) => {
        if (file.tree.kind(node) === Kind.Call) visitCall(linker, { file, node });
      });
    }
  },
};

function visitCall(linker: Linker, at: Location): void {
  const { file } = at;
  const { tree } = file;
  if (tree.text(tree.child(at.node, 0)) !== 'createServer' || !isHttpServer(linker, at)) return;
  for (const argument of tree.children(tree.child(at.node, 1)))
    for (const handler of functionsOf(linker, { file, node: argument })) readHandler(linker, handler);
}

function isHttpServer(linker: Linker, at: Location): boolean {
  const { receiver, externalFunction, name } = linker.expressions.calls.resolve(at);
  const module = receiver.kind === 'external_module' || receiver.kind === 'external' ? receiver.name : undefined;
  return CREATE.test(module === undefined ? externalFunction : `${module.replace(/#default$/, '')}#${name}`);
}

/** Every comparison of the request's path with a text, together with the verb it is combined with. */
function readHandler(linker: Linker, handler: FunctionSymbol): void {
  const { file } = handler;
  const { tree } = file;
  const request = tree.text(parametersOf(handler)[0] ?? 0);
  if (request === '') return;
  const visit = (node: number): void => {
    const path = comparedText(linker, { file, node }, request, 'url');
    if (path?.startsWith('/') === true) addEndpoint(linker, handler, { file, node }, path, request);
    for (const child of tree.children(node)) visit(child);
  };
  visit(tree.child(handler.node, 3));
}

/** The text that `req.url === '/x'` compares with, also where the path was taken out of the URL before. */
function comparedText(linker: Linker, at: Location, request: string, member: 'url' | 'method'): string | undefined {
  const { file, node } = at;
  const { tree } = file;
  if (tree.kind(node) !== Kind.Binary || !/^={2,3}$/.test(tree.text(node))) return undefined;
  const sides = [tree.child(node, 0), tree.child(node, 1)];
  const index = sides.findIndex((side) => readsMember(file, side, request, member, 0));
  return index < 0 ? undefined : linker.texts.exactText({ file, node: sides[1 - index] ?? 0 });
}

function readsMember(file: SourceFile, node: number, request: string, member: string, depth: number): boolean {
  const { tree } = file;
  if (depth > 6 || node === 0) return false;
  if (tree.kind(node) === Kind.Member && tree.text(node) === member) {
    const object = tree.child(node, 0);
    return tree.kind(object) === Kind.Identifier && tree.text(object) === request;
  }
  if (tree.kind(node) === Kind.Identifier) {
    const local = file.findLocal(tree.text(node), node);
    return tree.kind(local) === Kind.Variable && readsMember(file, tree.child(local, 2), request, member, depth + 1);
  }
  const isPart = tree.kind(node) === Kind.Member || tree.kind(node) === Kind.Call || tree.kind(node) === Kind.New;
  return (
    (isPart && tree.children(node).some((child) => readsMember(file, child, request, member, depth + 1))) ||
    (tree.kind(node) === Kind.List &&
      tree.children(node).some((child) => readsMember(file, child, request, member, depth + 1)))
  );
}

function addEndpoint(linker: Linker, handler: FunctionSymbol, at: Location, path: string, request: string): void {
  const { file } = at;
  const { tree } = file;
  let whole = at.node;
  while (tree.kind(file.parent(whole)) === Kind.Binary && tree.text(file.parent(whole)) === '&&')
    whole = file.parent(whole);
  const method = verbIn(linker, { file, node: whole }, request)?.toUpperCase() ?? 'ANY';
  const route = joinRoute('', path);
  const node = linker.graph.operation({
    kind: 'api_endpoint',
    at: { file, node: whole },
    target: route === '' ? '/' : route,
    name: `${method} /${route}`,
    method,
    provider: 'Node.js http',
    rule: RULE,
    within: tree.has(handler.node, Flag.Lambda) ? undefined : handler,
  });
  linker.graph.edge({
    source: node,
    target: linker.graph.function(linker.program.functionOf(handler)),
    kind: 'handles',
    rule: RULE,
    // The function handles the other routes as well.
    confidence: 'likely',
  });
  linker.facts.endpoints.push({ node, method, route, globalPrefix: '', handlers: [handler] });
}

function verbIn(linker: Linker, at: Location, request: string): string | undefined {
  const own = comparedText(linker, at, request, 'method');
  if (own !== undefined) return own;
  for (const child of at.file.tree.children(at.node)) {
    const found = verbIn(linker, { file: at.file, node: child }, request);
    if (found !== undefined) return found;
  }
  return undefined;
}
