import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind } from '../../lower/tree.ts';
import { type Linker, type RequestFact, visitTree } from '../linker.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import type { TypeSymbol } from '../symbols.ts';
import type { TextValue } from '../values.ts';
import type { Framework } from './framework.ts';

/**
 * Base addresses of `HttpClient`: given where a typed client is registered (`AddHttpClient<Catalog>(c => c.BaseAddress
 * = …)`) or in the class that sends. They are put before the relative URLs of the calls in that class.
 */
export const httpClients: Framework = {
  name: 'httpClients',
  finish(linker) {
    const requests = linker.facts.requests.filter(({ node }) => node.rule.startsWith('httpclient.'));
    if (requests.length === 0) return;
    const addresses = baseAddresses(linker);
    if (addresses.size === 0) return;
    const shown = new Set<DraftNode>();
    for (const request of requests) applyBase(request, addresses, shown);
  },
};

/** Texts of assigned base addresses by the class they hold for. */
function baseAddresses(linker: Linker): Map<string, TextValue[]> {
  const addresses = new Map<string, TextValue[]>();
  for (const file of linker.program.files) {
    if (!isCSharp(file)) continue;
    visitTree(file, (node) => {
      const { tree } = file;
      if (tree.kind(node) !== Kind.Assign || tree.text(tree.child(node, 0)) !== 'BaseAddress') return;
      const values = linker.texts.valuesOf({ file, node: tree.child(node, 1) });
      if (values.length === 0) return;
      for (const type of clientsOf(linker, { file, node }))
        if (!addresses.has(type.qualifiedName)) addresses.set(type.qualifiedName, values);
    });
  }
  return addresses;
}

/** The typed clients whose registration an assignment stands in, else the class around it. */
function clientsOf(linker: Linker, at: Location): TypeSymbol[] {
  const { file } = at;
  const { tree } = file;
  for (let call = file.enclosing(at.node, Kind.Call); call !== 0; call = file.enclosing(file.parent(call), Kind.Call)) {
    if (!/^(AddHttpClient|ConfigureHttpClient)$/.test(tree.text(tree.child(call, 0)))) continue;
    const registration = registrationOf(file, call);
    const types = tree
      .children(tree.child(registration, 2))
      .map((node) => linker.program.typeFromReference({ file, node }));
    return types.flatMap((type) => (type.kind === 'project' ? [type.symbol] : []));
  }
  const own = linker.program.table.enclosingType(file, at.node);
  return own ? [own] : [];
}

/** `AddHttpClient<T>().ConfigureHttpClient(c => …)`: the call that names the type. */
function registrationOf(file: SourceFile, call: number): number {
  const { tree } = file;
  let node = call;
  while (tree.kind(node) === Kind.Call && tree.text(tree.child(node, 0)) !== 'AddHttpClient')
    node = tree.child(tree.child(node, 0), 0);
  return node;
}

/** @param shown nodes whose target has its base already: a call with several verbs is several requests */
function applyBase(request: RequestFact, addresses: ReadonlyMap<string, TextValue[]>, shown: Set<DraftNode>): void {
  const { node } = request;
  const owner = [...addresses.keys()].find((name) => node.symbol?.startsWith(`${name}.`) === true);
  const base = owner === undefined ? undefined : addresses.get(owner)?.[0];
  if (!base) return;
  const isRelative = (text: string): boolean => !/^([a-z][a-z0-9+.-]*:)?\/\//i.test(text);
  request.urls = request.urls.map(({ text, parts }) =>
    isRelative(text)
      ? { text: below(base.text, text), parts: [...parts, `base address = ${base.text}`] }
      : { text, parts },
  );
  if (node.target !== undefined && isRelative(node.target) && !shown.has(node)) {
    shown.add(node);
    node.target = below(base.text, node.target);
    node.name = `${node.method ?? ''} ${node.target}`.trim();
  }
}

function below(base: string, url: string): string {
  return `${base.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
}
