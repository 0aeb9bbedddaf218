import { Kind } from '../lower/tree.ts';
import { parametersOf, type ResolvedCall } from './callResolver.ts';
import type { Linker } from './linker.ts';
import type { RuleMatch } from './operations.ts';
import { argumentFor, functionsOf, handlerPlaces, parameterOf, serveRoutes } from './routes.ts';
import type { Location } from './sourceFile.ts';
import type { FunctionSymbol } from './symbols.ts';

const MAX_SITES = 1000;

/** Paths and verb of a registration, for the arguments that stand for parameters at the moment. */
type Route = () => { paths: string[]; method: string | undefined };

/**
 * Registers routes whose handler is a parameter of the project's own function, as in
 * `MapPost(builder, handler, pattern) => builder.MapPost(pattern, handler)`: each call of that function is an endpoint.
 * @returns false when the registration names its handler itself, or nothing calls the function
 */
export function registerThroughWrapper(linker: Linker, match: RuleMatch, route: Route): boolean {
  const wrapper = wrapperAround(linker, match);
  const sites = wrapper ? linker.callSites.callsOf(wrapper).slice(0, MAX_SITES) : [];
  if (!wrapper || sites.length === 0) return false;
  for (const site of sites) registerSite(linker, { match, wrapper, site, route });
  return true;
}

interface Site {
  match: RuleMatch;
  wrapper: FunctionSymbol;
  site: ResolvedCall;
  route: Route;
}

function registerSite(linker: Linker, { match, wrapper, site, route }: Site): void {
  const { file } = site.at;
  const args = parametersOf(wrapper).map((_, position) => ({ file, node: argumentFor(site, wrapper, position) }));
  const passed = (at: Location): Location => args[parametersOf(wrapper).indexOf(parameterOf(at.file, at.node))] ?? at;
  const handlers = handlerPlaces(linker, match).map(passed);
  // A wrapper around the wrapper has calls of its own.
  if (handlers.some((at) => at.file === file && parameterOf(file, at.node) !== 0)) return;
  const { paths, method } = linker.texts.withArguments(wrapper, args, route);
  const node = linker.graph.operation({
    kind: 'api_endpoint',
    at: site.at,
    method,
    provider: match.rule.rule.provider ?? match.rule.pack.provider,
    rule: match.rule.id,
    confidence: match.rule.rule.confidence ?? 'certain',
    within: linker.program.table.enclosingFunction(file, site.callNode),
  });
  const receiver = passed({ file: match.at.file, node: match.call?.receiverNode ?? 0 });
  serveRoutes(linker, node, { receiver, paths, handlers: handlers.flatMap((at) => functionsOf(linker, at)) });
}

/** The named function one of whose parameters is the handler of a registration in it. */
function wrapperAround(linker: Linker, match: RuleMatch): FunctionSymbol | undefined {
  for (const { file, node } of handlerPlaces(linker, match)) {
    const parameter = parameterOf(file, node);
    const around =
      parameter === 0 ? undefined : linker.program.table.functionAt(file, file.enclosing(parameter, Kind.Function));
    if (around) return around;
  }
  return undefined;
}
