import { readGateways } from './gateways.ts';
import { isWithin } from './jsonFiles.ts';
import type { Linker, RequestFact } from './linker.ts';
import { readProxies } from './proxies.ts';
import type { Rewrite } from './rewrites.ts';
import { Services } from './services.ts';
import { parseUrl, type Path, splitUrl } from './urlPaths.ts';

/** Where a URL leads: the path it arrives with, and the programs that get it. */
export interface Destination {
  path: Path;
  /** Folders of the programs that listen at the host; undefined where that cannot be told. */
  programs: ReadonlySet<string> | undefined;
  /** What lies between the call and the program, for the evidence. */
  how: string;
}

/** The ways a URL can go. */
export interface Ways {
  /** Through a development proxy, and the gateway behind it. */
  proxied: Destination[];
  /** Through a gateway; for sure when the URL's host is the gateway's. */
  throughGateway: Destination[];
  isGatewayCertain: boolean;
  direct: Destination;
}

/** Follows URLs through the proxies and gateways of the workspace. */
export class Routing {
  readonly services: Services;
  readonly #proxies: readonly Rewrite[];
  readonly #gateways: readonly Rewrite[];

  constructor(linker: Linker) {
    this.services = new Services(linker);
    this.#proxies = readProxies(linker, (file) => this.services.folderOf(file));
    this.#gateways = readGateways(linker.configs, (folder) => this.services.folderAround(folder));
  }

  /**
   * The ways of a URL of a call.
   * @param url the URL template, below a base path where there is one
   */
  waysOf(request: RequestFact, url: string): Ways {
    const { host, path } = splitUrl(url);
    const programs = this.services.at(host);
    const direct = { path: parseUrl(url), programs, how: '' };
    const isRelative = host === '' && url.trim().startsWith('/');
    const proxied = isRelative ? this.#proxied(request, path) : [];
    const throughGateway = this.#gatewayed(request, path, programs);
    return { proxied, throughGateway, isGatewayCertain: programs !== undefined, direct };
  }

  /** What the first proxy of the caller's package that takes a path makes of it, one for each of its targets. */
  #proxied(request: RequestFact, path: string): Destination[] {
    const { file } = request.node;
    const folder = this.services.folderOf(file) ?? file.root;
    for (const proxy of this.#proxies) {
      if (!isWithin(proxy.folder, folder) && !isWithin(folder, proxy.folder)) continue;
      const sent = proxy.apply(path);
      if (sent === undefined) continue;
      return this.#sent(proxy, sent).flatMap((destination) => [
        ...this.#gatewayed(request, destination.url.path, destination.programs).map((behind) => ({
          ...behind,
          how: `${destination.how}${behind.how}`,
        })),
        destination,
      ]);
    }
    return [];
  }

  /** What the first fitting route of a gateway makes of a path; of any gateway when the host is not known. */
  #gatewayed(request: RequestFact, path: string, programs: ReadonlySet<string> | undefined): Destination[] {
    for (const route of this.#gateways) {
      if (programs && !programs.has(route.folder)) continue;
      if (route.methods.length > 0 && !route.methods.includes(request.method)) continue;
      const sent = route.apply(path);
      if (sent !== undefined) return this.#sent(route, sent);
    }
    return [];
  }

  #sent(rewrite: Rewrite, path: string): (Destination & { url: { path: string } })[] {
    const targets = rewrite.targets.length === 0 ? [''] : rewrite.targets;
    return targets.map((target) => {
      const base = splitUrl(target);
      const url = `${base.path.replace(/\/+$/, '')}${path}`;
      return {
        url: { path: url },
        path: { ...parseUrl(url), host: base.host },
        programs: this.services.at(base.host),
        how: `, through ${rewrite.source}${target === '' ? '' : ` to ${target}`} as ${url}`,
      };
    });
  }
}
