import { Type } from 'typebox';
import { languageOf, SCANNED_EXTENSIONS } from '#engine/languages.ts';
import { API_PREFIX, Environment, Readiness, RepositoryList } from '#protocol/http.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '#protocol/version.ts';
import { errorMessage } from '../errorMessage.ts';
import { listRepositories } from '../scans/repositories.ts';
import type { App, AppDeps } from './deps.ts';
import { metricsRoutes } from './metricsRoutes.ts';
import { answers, named } from './schemas.ts';

const tags = ['system'];

/** Adds what tells about the server itself: environment, repositories, liveness, readiness, metrics. */
export function systemRoutes(app: App, deps: AppDeps): void {
  environmentRoute(app, deps);
  app.get(
    `${API_PREFIX}/repositories`,
    {
      schema: {
        querystring: Type.Object({ source: Type.Optional(Type.Literal('local')) }, { additionalProperties: false }),
        response: answers({ 200: named(RepositoryList) }),
        tags,
        summary: 'Folders that can be scanned',
      },
    },
    async () => ({ repositories: await listRepositories(deps.folders.roots, deps.store) }),
  );
  for (const prefix of ['', API_PREFIX]) healthRoutes(app, deps, prefix);
  metricsRoutes(app, deps);
}

function environmentRoute(app: App, deps: AppDeps): void {
  const languages = [...new Set(SCANNED_EXTENSIONS.flatMap((extension) => languageOf(`a${extension}`) ?? []))];
  app.get(
    `${API_PREFIX}/environment`,
    { schema: { response: answers({ 200: named(Environment) }), tags, summary: 'Version and what is in use' } },
    () => ({
      version: PRODUCT_VERSION,
      protocol_version: PROTOCOL_VERSION,
      languages,
      bus: deps.bus.kind,
      queue: 'local' as const,
      store: deps.store.kind,
      node: process.version,
      pid: process.pid,
      notices: deps.notices,
    }),
  );
}

function healthRoutes(app: App, deps: AppDeps, prefix: string): void {
  app.get(
    `${prefix}/healthz`,
    {
      schema: {
        response: { 200: Type.Object({ status: Type.Literal('ok') }) },
        tags,
        summary: 'Liveness',
        hide: !prefix,
      },
      config: { isPublic: true },
    },
    () => ({ status: 'ok' as const }),
  );
  const readiness = named(Readiness);
  app.get(
    `${prefix}/readyz`,
    { schema: { response: { 200: readiness, 503: readiness }, tags, summary: 'Readiness', hide: !prefix } },
    async (_request, reply) => {
      const bus = await deps.bus.check();
      const store = await deps.store.ping().then(
        () => 'ok',
        (error: unknown) => errorMessage(error),
      );
      const scans = deps.coordinator.isStopping ? 'the server is stopping' : 'ok';
      const checks = { bus: bus.detail ?? 'ok', store, scans };
      const ready = Object.values(checks).every((check) => check === 'ok');
      return reply.status(ready ? 200 : 503).send({ ready, checks });
    },
  );
}
