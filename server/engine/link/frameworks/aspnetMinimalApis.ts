import { Kind } from '../../lower/tree.ts';
import { type EndpointFact, type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import { plainParameters, versionSpellings, withVersion } from './aspnetRoutes.ts';
import type { Framework } from './framework.ts';

const API_VERSION = /\{\w+:apiVersion\b/i;

/** Minimal APIs: routes without the constraints of their parameters, and with the version of the API put in. */
export const aspnetMinimalApis: Framework = {
  name: 'aspnet_minimal_apis',
  finish(linker) {
    let versions: Map<string, string[]> | undefined;
    const spelledOtherwise: EndpointFact[] = [];
    for (const endpoint of linker.facts.endpoints) {
      const { node, route } = endpoint;
      if (!isCSharp(node.file) || !route.includes('{')) continue;
      const isVersioned = API_VERSION.test(route);
      if (isVersioned) versions ??= versionsByRoot(linker);
      const [only, another] = isVersioned ? (versions?.get(node.file.root) ?? []) : [];
      const spellings = only === undefined || another !== undefined ? [] : versionSpellings(only);
      const [first = route, ...others] = spellings.map((version) => withVersion(route, version));
      // The constraint stays where the version is not known: it says what the parameter takes.
      endpoint.route = API_VERSION.test(first) ? first : plainParameters(first);
      spelledOtherwise.push(...others.map((other) => ({ ...endpoint, route: plainParameters(other) })));
      if (node.target !== route) continue;
      node.target = plainParameters(first);
      node.name = `${node.method ?? ''} /${node.target}`.trim();
    }
    linker.facts.endpoints.push(...spelledOtherwise);
  },
};

/** The versions that the APIs of each root are said to have: `HasApiVersion(new ApiVersion(1, 0))`, `HasApiVersion(2)`. */
function versionsByRoot(linker: Linker): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const file of linker.program.files) {
    if (!isCSharp(file)) continue;
    visitNodes(file, (node) => {
      const { tree } = file;
      if (tree.kind(node) !== Kind.Call || tree.text(tree.child(node, 0)) !== 'HasApiVersion') return;
      const version = versionIn(linker, { file, node: tree.children(tree.child(node, 1))[0] ?? 0 });
      const known = found.get(file.root) ?? new Set();
      // One that is not literal may be any.
      known.add(version ?? '?');
      found.set(file.root, known);
    });
  }
  return new Map([...found].map(([root, versions]) => [root, versions.has('?') ? [] : [...versions].sort()]));
}

function versionIn(linker: Linker, { file, node }: Location): string | undefined {
  const { tree } = file;
  const parts = tree.kind(node) === Kind.New ? tree.children(tree.child(node, 1)) : [node];
  const texts = parts.map((part) => linker.texts.exactText({ file, node: part }));
  if (texts.length === 0 || texts.some((text) => text === undefined || !/^[\d.]+$/.test(text))) return undefined;
  const version = texts.join('.');
  return version.includes('.') ? version : `${version}.0`;
}
