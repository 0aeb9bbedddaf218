import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Type } from 'typebox';
import { languageOf, SCANNED_EXTENSIONS } from '#engine/languages.ts';
import { API_PREFIX, Environment, Readiness, RepositoryList } from '#protocol/http.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '#protocol/version.ts';
import { errorMessage } from '../errorMessage.ts';
import { listRepositories } from '../scans/repositories.ts';
import type { App, AppDeps } from './deps.ts';
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
  for (const prefix of ['', API_PREFIX]) {
    healthRoutes(app, deps, prefix);
    metricsRoute(app, deps, prefix);
  }
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
      const ready = bus.ok && store === 'ok';
      return reply.status(ready ? 200 : 503).send({ ready, checks: { bus: bus.detail ?? 'ok', store } });
    },
  );
}

type DelayHistogram = ReturnType<typeof monitorEventLoopDelay>;
let eventLoopDelay: DelayHistogram | undefined;

/** Prometheus text. Measuring the event loop costs timer ticks, so it begins with the first request for metrics. */
function metricsRoute(app: App, deps: AppDeps, prefix: string): void {
  app.get(
    `${prefix}/metrics`,
    { schema: { tags, summary: 'Prometheus metrics', hide: !prefix } },
    (_request, reply) => {
      if (!eventLoopDelay) {
        eventLoopDelay = monitorEventLoopDelay({ resolution: 20 });
        eventLoopDelay.enable();
      }
      reply.type('text/plain; version=0.0.4; charset=utf-8');
      return metricsText(app, deps, eventLoopDelay);
    },
  );
  if (prefix) return;
  app.addHook('onClose', (_instance, done) => {
    eventLoopDelay?.disable();
    eventLoopDelay = undefined;
    done();
  });
}

function metricsText(app: App, deps: AppDeps, delay: DelayHistogram): string {
  const { queued, running } = deps.coordinator.counts();
  const quantiles = [50, 90, 99].map(
    (percent) =>
      `pinata_event_loop_delay_seconds{quantile="${percent / 100}"} ${(delay.percentile(percent) / 1e9).toFixed(6)}`,
  );
  return [
    '# TYPE pinata_scans gauge',
    `pinata_scans{state="queued"} ${queued}`,
    `pinata_scans{state="running"} ${running}`,
    '# TYPE pinata_websocket_clients gauge',
    `pinata_websocket_clients ${app.websocketServer.clients.size}`,
    '# TYPE pinata_bus_up gauge',
    `pinata_bus_up{bus="${deps.bus.kind}"} ${deps.bus.health().ok ? 1 : 0}`,
    '# TYPE pinata_event_loop_delay_seconds summary',
    ...quantiles,
    `pinata_event_loop_delay_seconds_count ${delay.count}`,
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    '# TYPE process_cpu_seconds_total counter',
    `process_cpu_seconds_total ${((process.cpuUsage().user + process.cpuUsage().system) / 1e6).toFixed(3)}`,
    '',
  ].join('\n');
}
