import { randomBytes } from 'node:crypto';
import rateLimitPlugin from '@fastify/rate-limit';
import swaggerPlugin from '@fastify/swagger';
import swaggerUiPlugin from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { LogController, type FastifyReply, type FastifyRequest } from 'fastify';
import { PRODUCT_VERSION } from '#protocol/version.ts';
import { type App, type AppDeps, DEFAULT_LIMITS } from './deps.ts';
import { compareRoute } from './compareRoute.ts';
import { exportRoute } from './exportRoute.ts';
import { guard } from './guard.ts';
import { handleErrors, pathOf } from './httpErrors.ts';
import { markRoutes } from './markRoutes.ts';
import { pageRoutes } from './pageRoutes.ts';
import { progressEvents } from './progressEvents.ts';
import { ProgressHub } from './progressHub.ts';
import { progressSockets } from './progressSocket.ts';
import { resultRoutes } from './resultRoutes.ts';
import { scanRoutes } from './scanRoutes.ts';
import { useProtocolSchemas } from './schemas.ts';
import { sourceRoute } from './sourceRoute.ts';
import { systemRoutes } from './systemRoutes.ts';
import { viewRoutes } from './viewRoutes.ts';

const BODY_LIMIT = 1024 * 1024;

/** The HTTP side of the scan server, ready for `listen` or `inject`; closing it leaves its `deps` open. */
export async function buildApp(deps: AppDeps): Promise<App> {
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const app: App = fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomBytes(6).toString('hex'),
    bodyLimit: BODY_LIMIT,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
    http: { headersTimeout: limits.requestTimeoutMs, connectionsCheckingInterval: 5000, maxHeaderSize: 16 * 1024 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = limits.maxConnections;

  handleErrors(app);
  useProtocolSchemas(app);
  app.addHook('onRequest', securityHeaders);
  app.addHook('onResponse', logRequest);
  guard(app, deps);
  await app.register(rateLimitPlugin, {
    max: limits.requestsPerMinute,
    timeWindow: 60_000,
    // On a socket or pipe a client has no address.
    keyGenerator: (request) => request.socket.remoteAddress ?? 'local',
  });
  await documentation(app);

  const hub = new ProgressHub(deps.bus, deps.coordinator);
  app.addHook('preClose', (done) => {
    hub.close();
    done();
  });
  await progressSockets(app, hub, limits.heartbeatMs);
  progressEvents(app, hub);
  scanRoutes(app, deps);
  resultRoutes(app, deps);
  exportRoute(app, deps);
  compareRoute(app, deps);
  viewRoutes(app, deps);
  markRoutes(app, deps);
  sourceRoute(app, deps);
  systemRoutes(app, deps);
  await pageRoutes(app, deps);
  return app;
}

async function documentation(app: App): Promise<void> {
  await app.register(swaggerPlugin, {
    openapi: {
      info: { title: 'Pinata scan server', version: PRODUCT_VERSION },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json['$id'] === 'string' ? json['$id'] : `def-${index}`,
    },
  });
  await app.register(swaggerUiPlugin, { routePrefix: '/documentation', staticCSP: true });
}

function securityHeaders(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.headers({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  done();
}

/** One line a request, without the query: it may hold a one-time code. */
function logRequest(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const scanId = scanIdOf(request.params);
  const facts = {
    ...(scanId !== undefined && { scan_id: scanId }),
    method: request.method,
    path: pathOf(request.url),
    status: reply.statusCode,
  };
  request.log.debug({ ...facts, ms: Math.round(reply.elapsedTime) }, 'request');
  done();
}

function scanIdOf(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null || !('scanId' in params)) return undefined;
  return typeof params.scanId === 'string' ? params.scanId : undefined;
}
