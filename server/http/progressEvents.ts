import type { ServerResponse } from 'node:http';
import { Type } from 'typebox';
import { API_PREFIX } from '#protocol/http.ts';
import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import type { App } from './deps.ts';
import { unknownScan } from './httpErrors.ts';
import type { ProgressHub } from './progressHub.ts';
import { statusText } from './progressSocket.ts';
import { answers, ScanParams } from './schemas.ts';

const KEEP_ALIVE_MS = 15_000;

/** Adds `GET /scan/{id}/events`: the progress of a scan as Server-Sent Events whose ids are `seq`. */
export function progressEvents(app: App, hub: ProgressHub): void {
  const open = new Set<ServerResponse>();
  app.get(
    `${API_PREFIX}/scan/:scanId/events`,
    {
      schema: {
        params: ScanParams,
        response: answers({ 200: Type.String({ description: 'A `text/event-stream` of statuses (`ScanStatus`)' }) }),
        tags: ['progress'],
        summary: 'Progress as Server-Sent Events',
      },
      config: { rateLimit: false },
    },
    async (request, reply) => {
      const stream = new EventStream(reply.raw, lastEventId(request.headers['last-event-id']));
      const { scanId } = request.params;
      const watch = await hub.watch(scanId, (status) => stream.offer(status));
      if (!watch) throw unknownScan(scanId);
      // An event source reconnects after every end but this answer; it has had the terminal status.
      if (stream.isDone) return reply.status(204).send();
      reply.hijack();
      if (request.raw.socket.destroyed) {
        // The client has gone while its scan was looked up: no `close` event follows any more.
        watch.stop();
        return reply;
      }
      open.add(reply.raw);
      reply.raw.on('close', () => {
        open.delete(reply.raw);
        watch.stop();
        stream.stop();
      });
      stream.start();
      return reply;
    },
  );
  app.addHook('preClose', (done) => {
    for (const response of open) response.end();
    done();
  });
}

function lastEventId(header: string | string[] | undefined): number {
  const id = Number(header);
  return header !== undefined && Number.isInteger(id) ? id : -1;
}

/** Writes statuses to a response; while the client reads slowly only the newest is kept. */
class EventStream {
  readonly #response: ServerResponse;
  readonly #lastSeen: number;
  #started = false;
  #blocked = false;
  #waiting: ScanStatus | undefined;
  #keepAlive: NodeJS.Timeout | undefined;
  /** Whether the client has had the terminal status before this request. */
  isDone = false;

  constructor(response: ServerResponse, lastSeen: number) {
    this.#response = response;
    this.#lastSeen = lastSeen;
  }

  offer(status: ScanStatus): void {
    if (status.seq <= this.#lastSeen) {
      this.isDone = isTerminal(status.status);
      return;
    }
    this.#waiting = status;
    this.#flush();
  }

  start(): void {
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    this.#response.flushHeaders();
    this.#response.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
    this.#keepAlive = setInterval(() => this.#response.write(': alive\n\n'), KEEP_ALIVE_MS);
    this.#started = true;
    this.#flush();
  }

  stop(): void {
    clearInterval(this.#keepAlive);
  }

  #flush(): void {
    const status = this.#waiting;
    if (!status || !this.#started || this.#blocked) return;
    this.#waiting = undefined;
    this.#blocked = !this.#response.write(`id: ${status.seq}\ndata: ${statusText(status)}\n\n`);
    if (isTerminal(status.status)) this.#response.end();
  }
}
