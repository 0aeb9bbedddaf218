import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProgressBus } from '../progress/progressBus.ts';
import type { AllowedFolders } from '../scans/allowedFolders.ts';
import type { ScanCoordinator } from '../scans/coordinator.ts';
import type { Store } from '../store/store.ts';
import type { PageSessions } from './sessions.ts';

/** The app with types of requests taken from their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the app is put together from; everything is opened and closed by its owner, not by the app. */
export interface AppDeps {
  store: Store;
  bus: ProgressBus;
  coordinator: ScanCoordinator;
  folders: AllowedFolders;
  token: string;
  sessions: PageSessions;
  transport: 'socket' | 'tcp';
  /** Names besides loopback under which the server may be addressed, `name` or `name:port`. */
  allowedHosts: readonly string[];
  /** What the user of this server should know, shown in `/environment`. */
  notices: string[];
  /** Folder of the built page. */
  pageFolder: string;
  log: FastifyBaseLogger;
  limits?: Partial<AppLimits>;
}

export interface AppLimits {
  maxConnections: number;
  requestsPerMinute: number;
  /** Silence after which a WebSocket client is dropped is twice this. */
  heartbeatMs: number;
  /** Longest time a client may take to send a request. */
  requestTimeoutMs: number;
}

export const DEFAULT_LIMITS: AppLimits = {
  maxConnections: 12_000,
  requestsPerMinute: 6000,
  heartbeatMs: 30_000,
  requestTimeoutMs: 15_000,
};
