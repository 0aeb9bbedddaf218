import { posix } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ConfigFile } from '../discover/discover.ts';
import { folderOf, readJsonFile } from './jsonFiles.ts';
import { fillTemplate, literalCount, matchTemplate, replacePrefix, type Rewrite } from './rewrites.ts';

const Text = Type.Optional(Type.String());
const Texts = Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())]));

/** One transformation of YARP: an object with one or more known keys. */
const Transform = Type.Object({ PathPattern: Text, PathPrefix: Text, PathRemovePrefix: Text, PathSet: Text });
type Transform = Static<typeof Transform>;
const YarpRoute = Type.Object({
  ClusterId: Text,
  Order: Type.Optional(Type.Number()),
  Match: Type.Object({ Path: Text, Methods: Texts }),
  Transforms: Type.Optional(Type.Union([Type.Array(Transform), Type.Null()])),
});
const YarpCluster = Type.Object({
  Destinations: Type.Optional(Type.Record(Type.String(), Type.Object({ Address: Text }))),
});
const Yarp = Compile(
  Type.Object({
    ReverseProxy: Type.Object({
      Routes: Type.Record(Type.String(), YarpRoute),
      Clusters: Type.Optional(Type.Record(Type.String(), YarpCluster)),
    }),
  }),
);

const OcelotRoute = Type.Object({
  UpstreamPathTemplate: Type.String(),
  DownstreamPathTemplate: Type.String(),
  UpstreamHttpMethod: Texts,
  DownstreamScheme: Text,
  DownstreamHostAndPorts: Type.Optional(
    Type.Array(Type.Object({ Host: Type.String(), Port: Type.Optional(Type.Union([Type.Number(), Type.String()])) })),
  ),
  ServiceName: Text,
  Priority: Type.Optional(Type.Number()),
});
type OcelotRoute = Static<typeof OcelotRoute>;
const Ocelot = Compile(
  Type.Object({
    Routes: Type.Optional(Type.Array(OcelotRoute)),
    ReRoutes: Type.Optional(Type.Array(OcelotRoute)),
  }),
);

/** A rule with what decides which of several is applied. */
interface Ranked {
  rewrite: Rewrite;
  priority: number;
  template: string;
}

/**
 * The rules of gateways, those tried first in front: YARP's `ReverseProxy` of appsettings.json and Ocelot's routes.
 * @param folderAround folder of the project that a folder belongs to
 */
export function readGateways(
  configs: readonly ConfigFile[],
  folderAround: (folder: string) => string | undefined,
): Rewrite[] {
  const rules = configs.flatMap((config) => {
    const name = posix.basename(config.file).toLowerCase();
    const isYarp = /^(appsettings|yarp).*\.json$/.test(name);
    if (!isYarp && !/^ocelot.*\.json$/.test(name)) return [];
    const folder = folderAround(folderOf(config)) ?? folderOf(config);
    const value = readJsonFile(config);
    return isYarp ? yarpRules(value, folder, config.file) : ocelotRules(value, folder, config.file);
  });
  const ranked = rules.sort((a, b) => a.priority - b.priority || literalCount(b.template) - literalCount(a.template));
  return ranked.map(({ rewrite }) => rewrite);
}

function yarpRules(value: unknown, folder: string, file: string): Ranked[] {
  if (!Yarp.Check(value)) return [];
  const { Routes, Clusters = {} } = value.ReverseProxy;
  return Object.entries(Routes).map(([name, route]) => {
    const template = route.Match.Path ?? '/{**path}';
    const destinations = Object.values(Clusters[route.ClusterId ?? '']?.Destinations ?? {});
    const rewrite: Rewrite = {
      folder,
      source: `the gateway route ${name} of ${file}`,
      methods: listOf(route.Match.Methods).map((verb) => verb.toUpperCase()),
      targets: destinations.flatMap(({ Address }) => Address ?? []),
      apply: (path) => {
        const values = matchTemplate(template, path);
        return values && (route.Transforms ?? []).reduce((at, transform) => transformed(at, transform, values), path);
      },
    };
    return { rewrite, priority: route.Order ?? 0, template };
  });
}

/** The path after one of YARP's transformations: https://microsoft.github.io/reverse-proxy/articles/transforms.html */
function transformed(path: string, transform: Transform, values: ReadonlyMap<string, string>): string {
  if (transform.PathPattern !== undefined) return fillTemplate(transform.PathPattern, values);
  if (transform.PathSet !== undefined) return transform.PathSet;
  if (transform.PathRemovePrefix !== undefined) return replacePrefix(path, transform.PathRemovePrefix, '');
  if (transform.PathPrefix !== undefined) return `${transform.PathPrefix.replace(/\/+$/, '')}${path}`;
  return path;
}

/** Ocelot's routes: https://ocelot.readthedocs.io/en/latest/features/routing.html */
function ocelotRules(value: unknown, folder: string, file: string): Ranked[] {
  if (!Ocelot.Check(value)) return [];
  return [...(value.Routes ?? []), ...(value.ReRoutes ?? [])].map((route) => {
    const template = route.UpstreamPathTemplate;
    const rewrite: Rewrite = {
      folder,
      source: `the gateway route ${template} of ${file}`,
      methods: listOf(route.UpstreamHttpMethod).map((verb) => verb.toUpperCase()),
      targets: downstreamUrls(route),
      apply: (path) => {
        const values = matchTemplate(template, path, true);
        return values && fillTemplate(route.DownstreamPathTemplate, values);
      },
    };
    // A greater priority is tried first.
    return { rewrite, priority: -(route.Priority ?? 1), template };
  });
}

function downstreamUrls(route: OcelotRoute): string[] {
  const scheme = route.DownstreamScheme ?? 'http';
  const hosts = (route.DownstreamHostAndPorts ?? []).map(({ Host, Port }) =>
    Port === undefined ? `${scheme}://${Host}` : `${scheme}://${Host}:${Port}`,
  );
  return route.ServiceName === undefined ? hosts : [...hosts, `${scheme}://${route.ServiceName}`];
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}
