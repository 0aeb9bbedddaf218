import websocketPlugin from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket, WebSocketServer } from 'ws';
import { API_PREFIX, CLOSE_CODES, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '#protocol/http.ts';
import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import type { ProgressHub, Watch } from './progressHub.ts';
import { ScanParams } from './schemas.ts';

/** Clients only ever send pings; anything larger is refused before it is read. */
const MAX_PAYLOAD = 1024;
const MAX_MESSAGES = 100;
const HEARTBEAT_MS = 30_000;
const CLOSE_WAIT_MS = 1000;

/** Adds `WS /ws/scan/{id}`, with and without the API prefix. */
export async function progressSockets(
  app: FastifyInstance,
  hub: ProgressHub,
  heartbeatMs = HEARTBEAT_MS,
): Promise<void> {
  const heartbeat = new Heartbeat(heartbeatMs);
  await app.register(websocketPlugin, {
    options: { maxPayload: MAX_PAYLOAD, perMessageDeflate: false, handleProtocols: selectProtocol },
    preClose(done) {
      heartbeat.stop();
      closeClients(this.websocketServer);
      done();
    },
  });
  app.addHook('onResponse', endRefusedUpgrade);
  await app.register((scope, _options, done) => {
    for (const prefix of ['', API_PREFIX]) {
      scope.get<{ Params: { scanId: string } }>(
        `${prefix}/ws/scan/:scanId`,
        { websocket: true, schema: { params: ScanParams, hide: true }, config: { rateLimit: false } },
        (socket, request) => serveSocket(socket, request, hub, heartbeat),
      );
    }
    done();
  });
}

/** Says goodbye to all clients and cuts off those that do not answer it. */
function closeClients(server: WebSocketServer): void {
  for (const client of server.clients) client.close(CLOSE_CODES.serverStopping, 'server stops');
  server.close();
  setTimeout(() => {
    for (const client of server.clients) client.terminate();
  }, CLOSE_WAIT_MS).unref();
}

/** Node hands the connection of an upgrade over for good; one that was refused would stay open until its client ends it. */
function endRefusedUpgrade(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (request.headers.upgrade !== undefined) request.raw.socket.destroySoon();
  done();
}

function serveSocket(
  socket: WebSocket,
  request: FastifyRequest<{ Params: { scanId: string } }>,
  hub: ProgressHub,
  heartbeat: Heartbeat,
): void {
  let watch: Watch | null = null;
  let messages = 0;
  const sender = new NewestSender(socket);
  heartbeat.add(socket);
  socket.on('error', (error) => request.log.debug({ err: error }, 'progress socket failed'));
  socket.on('message', () => {
    if (++messages > MAX_MESSAGES) socket.close(CLOSE_CODES.policy, 'too many messages');
  });
  socket.on('close', () => watch?.stop());
  hub
    .watch(request.params.scanId, (status) => sender.send(status))
    .then(
      (started) => {
        watch = started;
        if (!started) socket.close(CLOSE_CODES.unknownScan, 'unknown scan');
        else if (socket.readyState !== socket.OPEN) started.stop();
      },
      (error: unknown) => {
        request.log.error({ err: error }, 'a scan cannot be watched');
        socket.close(1011, 'internal error');
      },
    );
}

/** The server's one protocol when the client offers it, alone or together with its token. */
function selectProtocol(offered: Set<string>): string | false {
  const known = [...offered].some((name) => name === SUBPROTOCOL || name.startsWith(TOKEN_SUBPROTOCOL_PREFIX));
  return known ? SUBPROTOCOL : false;
}

const serialised = new WeakMap<ScanStatus, string>();

/** The JSON of a status; made once for all the sockets it goes to. */
export function statusText(status: ScanStatus): string {
  const known = serialised.get(status);
  if (known !== undefined) return known;
  const text = JSON.stringify(status);
  serialised.set(status, text);
  return text;
}

/**
 * Sends statuses to one socket, the next one only when the last has left this process: a client that reads slowly
 * gets the newest status, not a backlog. Closes the socket behind the terminal status.
 */
class NewestSender {
  readonly #socket: WebSocket;
  #sending = false;
  #waiting: ScanStatus | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  send(status: ScanStatus): void {
    if (this.#sending) {
      this.#waiting = status;
      return;
    }
    this.#sending = true;
    this.#socket.send(statusText(status), () => this.#sent(status));
  }

  #sent(status: ScanStatus): void {
    this.#sending = false;
    if (isTerminal(status.status)) return this.#socket.close(CLOSE_CODES.done);
    const next = this.#waiting;
    this.#waiting = undefined;
    if (next) this.send(next);
  }
}

/** Pings all sockets and drops those that have been silent since the last ping. No timer runs without sockets. */
class Heartbeat {
  readonly #intervalMs: number;
  /** Whether each socket has been heard since the last ping. */
  readonly #heard = new Map<WebSocket, boolean>();
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  add(socket: WebSocket): void {
    const hear = (): void => {
      this.#heard.set(socket, true);
    };
    hear();
    socket.on('pong', hear);
    socket.on('ping', hear);
    socket.on('close', () => this.#remove(socket));
    this.#timer ??= setInterval(() => this.#beat(), this.#intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #remove(socket: WebSocket): void {
    this.#heard.delete(socket);
    if (this.#heard.size === 0) this.stop();
  }

  #beat(): void {
    for (const [socket, heard] of this.#heard) {
      if (!heard) {
        socket.terminate();
        continue;
      }
      this.#heard.set(socket, false);
      socket.ping();
    }
  }
}
