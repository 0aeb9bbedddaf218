import { Flag } from '../../lower/tree.ts';
import { attributesOf, attributesOfType, attributeText, findAttribute } from '../attributes.ts';
import type { Linker } from '../linker.ts';
import { joinRoute, registerRequest } from '../routes.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import type { Framework } from './framework.ts';
import { isCSharp } from '../sourceFile.ts';

const VERBS = ['Get', 'Post', 'Put', 'Delete', 'Patch', 'Head'];
const LIBRARIES: Readonly<Record<string, string>> = { Refit: 'Refit', RestEase: 'RestEase' };

/** Interfaces whose methods are HTTP requests by their attributes: each call of one is a request. */
export const refit: Framework = {
  name: 'refit',
  link(linker) {
    for (const type of linker.program.table.types) {
      const file = type.declarations[0]?.file;
      if (!file || !isCSharp(file) || !type.has(Flag.Interface)) continue;
      const namespaces = linker.program.csharp.importedNamespaces(file);
      const library = Object.keys(LIBRARIES).find((name) => namespaces.includes(name));
      if (library === undefined) continue;
      for (const fn of [...type.methods.values()].flat()) linkMethod(linker, type, fn, library);
    }
  },
};

function linkMethod(linker: Linker, type: TypeSymbol, fn: FunctionSymbol, library: string): void {
  const attribute = findAttribute(attributesOf(fn), ...VERBS);
  if (!attribute) return;
  const { texts, graph, program } = linker;
  const base = findAttribute(attributesOfType(type), 'BasePath', 'BaseAddress');
  const own = attributeText(texts, attribute, 0, 'path') ?? '';
  const path = `/${joinRoute((base && attributeText(texts, base, 0, 'basePath')) ?? '', own)}`;
  for (const call of linker.callSites.callsOf(fn)) {
    const within = program.table.enclosingFunction(call.at.file, call.at.node);
    const rule = `refit.${attribute.name.toLowerCase()}`;
    const method = attribute.name.toUpperCase();
    const node = graph.operation({
      kind: 'api_call',
      at: call.at,
      target: path,
      method,
      provider: LIBRARIES[library],
      rule,
      within,
    });
    registerRequest(linker, node, [
      { text: path, exact: true, parts: [`${type.name}.${fn.name} = ${method} ${path}`] },
    ]);
    if (within)
      graph.edge({ source: graph.function(within), target: node, kind: 'performs', rule, confidence: 'certain' });
  }
}
