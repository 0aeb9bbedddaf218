import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { API_PREFIX } from '#protocol/http.ts';
import type { ScanStatus } from '#protocol/scan.ts';
import { ServerClient } from '../../extension/server/client.ts';

export const TOKEN = 'secret-of-this-test';

/** What a server says of itself. */
export const ENVIRONMENT = {
  version: '0.1.0',
  protocol_version: 1,
  languages: ['csharp'],
  bus: 'memory',
  queue: 'local',
  store: 'sqlite',
  node: 'v24.0.0',
  pid: 1,
  notices: [],
};

/** Quiet, and keeps what was said. */
export function collectingLog() {
  const lines: string[] = [];
  const write = (message: string): void => void lines.push(message);
  return { lines, error: write, warn: write, info: write, debug: write };
}

/** A status as the server sends it. */
export function scanStatus(seq: number, change: Partial<ScanStatus> = {}): ScanStatus {
  return {
    type: 'scan_update',
    scan_id: 'scan-1',
    seq,
    status: 'scanning',
    progress: 40,
    message: 'Scanning',
    files_scanned: seq,
    total_files: 100,
    nodes_found: seq * 3,
    eta_seconds: null,
    timestamp: '2026-01-01T00:00:00.000Z',
    ...change,
  };
}

export const COMPLETED: Partial<ScanStatus> = { status: 'completed', progress: 100, message: 'Done' };

export interface StandInBehaviour {
  /** Called for each WebSocket, with its number from 1; null refuses the upgrade. */
  onSocket: ((socket: WebSocket, number: number) => void) | null;
  /** Answers requests below the API prefix; 404 when it gives undefined. */
  onRequest?: (method: string, path: string) => { status: number; body: unknown } | undefined;
  /** No pong is sent, as by a peer that hangs. */
  mute?: boolean;
}

export interface StandInServer extends AsyncDisposable {
  address: string;
  client: ServerClient;
  sockets: () => number;
}

/** A server on a Unix socket with real HTTP and WebSocket whose behaviour the test writes: a saboteur of the real one. */
export async function standInServer(behaviour: StandInBehaviour): Promise<StandInServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pinata-test-'));
  const address = join(folder, 'socket');
  let count = 0;
  const http = createServer((request, response) => answer(behaviour, request, response));
  const webSockets = new WebSocketServer({ noServer: true, autoPong: behaviour.mute !== true });
  http.on('upgrade', (request, socket, head) => {
    const { onSocket } = behaviour;
    const authorised = request.headers.authorization === `Bearer ${TOKEN}`;
    if (!onSocket || !authorised) {
      socket.end(
        `HTTP/1.1 ${authorised ? '503 Service Unavailable' : '401 Unauthorized'}\r\nconnection: close\r\n\r\n`,
      );
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => onSocket(webSocket, ++count));
  });
  await new Promise<void>((resolve) => {
    http.listen(address, resolve);
  });
  const client = new ServerClient({ kind: 'socket', path: address }, TOKEN);
  return {
    address,
    client,
    sockets: () => count,
    async [Symbol.asyncDispose]() {
      client.dispose();
      for (const socket of webSockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => {
        http.close(resolve);
      });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function answer(behaviour: StandInBehaviour, request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '').replace(API_PREFIX, '');
  const authorised = request.headers.authorization === `Bearer ${TOKEN}`;
  const unknown = { status: 404, body: { code: 'unknown', message: 'There is no such scan.', request_id: '1' } };
  const refused = { status: 401, body: { code: 'wrong_token', message: 'The token is wrong.', request_id: '1' } };
  const { status, body } = authorised ? (behaviour.onRequest?.(request.method ?? '', path) ?? unknown) : refused;
  request.resume();
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(status === 204 ? undefined : JSON.stringify(body));
}
