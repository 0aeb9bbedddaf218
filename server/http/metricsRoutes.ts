import { API_PREFIX } from '#protocol/http.ts';
import type { App, AppDeps } from './deps.ts';
import { EventLoopDelay } from './eventLoopDelay.ts';

/** Adds `GET /metrics` in the text format of Prometheus, with and without the API prefix. */
export function metricsRoutes(app: App, deps: AppDeps): void {
  const delay = new EventLoopDelay();
  const answers = new Map<string, number>();
  app.addHook('onResponse', (_request, reply, done) => {
    const group = `${Math.floor(reply.statusCode / 100)}xx`;
    answers.set(group, (answers.get(group) ?? 0) + 1);
    done();
  });
  for (const prefix of ['', API_PREFIX]) {
    app.get(
      `${prefix}/metrics`,
      { schema: { tags: ['system'], summary: 'Prometheus metrics', hide: !prefix } },
      (_request, reply) => {
        reply.type('text/plain; version=0.0.4; charset=utf-8');
        return [
          ...scanMetrics(deps),
          ...clientMetrics(app, answers),
          `# TYPE pinata_bus_up gauge`,
          `pinata_bus_up{bus="${deps.bus.kind}"} ${deps.bus.health().ok ? 1 : 0}`,
          ...delay.text('pinata_event_loop_delay_seconds'),
          ...processMetrics(),
          '',
        ].join('\n');
      },
    );
  }
  app.addHook('onClose', (_instance, done) => {
    delay.stop();
    done();
  });
}

function scanMetrics({ coordinator }: AppDeps): string[] {
  const { queued, running, ended } = coordinator.counts();
  return [
    '# TYPE pinata_scans gauge',
    `pinata_scans{state="queued"} ${queued}`,
    `pinata_scans{state="running"} ${running}`,
    '# TYPE pinata_scans_ended_total counter',
    ...Object.entries(ended).map(([status, count]) => `pinata_scans_ended_total{status="${status}"} ${count}`),
  ];
}

function clientMetrics(app: App, answers: ReadonlyMap<string, number>): string[] {
  return [
    '# TYPE pinata_websocket_clients gauge',
    `pinata_websocket_clients ${app.websocketServer.clients.size}`,
    '# TYPE pinata_http_responses_total counter',
    ...[...answers].map(([group, count]) => `pinata_http_responses_total{status="${group}"} ${count}`),
  ];
}

function processMetrics(): string[] {
  const { user, system } = process.cpuUsage();
  return [
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    '# TYPE process_cpu_seconds_total counter',
    `process_cpu_seconds_total ${((user + system) / 1e6).toFixed(3)}`,
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${((Date.now() - process.uptime() * 1000) / 1000).toFixed(3)}`,
  ];
}
