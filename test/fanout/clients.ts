/**
 * The clients of `bench:fanout`, forked: opens WebSockets on plain TCP connections, so that thousands of them cost
 * little, and notes when each update arrives.
 */
import { connect, type Socket } from 'node:net';

export interface ClientRun {
  port: number;
  token: string;
  connections: number;
  /** Index of the first connection of this process; decides which scan it watches. */
  first: number;
  scans: number;
}

export interface ClientFigures {
  messages: number;
  /** Connections that have had the terminal status. */
  ended: number;
  /** Connections that were closed with 1000. */
  closed: number;
  /** Milliseconds from the making of an update to its arrival, all of them. */
  latencies: number[];
}
export type FromClients = { type: 'connected' } | ({ type: 'done' } & ClientFigures);

const TEXT = 1;
const CLOSE = 8;
const OPENING = 200;

const figures: ClientFigures = { messages: 0, ended: 0, closed: 0, latencies: [] };

/** Opens one connection. Resolves when its first status has come. */
function open(run: ClientRun, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(run.port, '127.0.0.1');
    socket.on('error', reject);
    let pending: Buffer = Buffer.alloc(0);
    let isOpen = false;
    socket.write(
      `GET /ws/scan/scan${index % run.scans} HTTP/1.1\r\nHost: 127.0.0.1:${run.port}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n' +
        `Authorization: Bearer ${run.token}\r\n\r\n`,
    );
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      if (!isOpen) {
        const end = pending.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!pending.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) reject(new Error(pending.toString()));
        pending = pending.subarray(end + 4);
        isOpen = true;
      }
      pending = readFrames(socket, pending, resolve);
    });
  });
}

/** Reads the whole frames (RFC 6455, 5.2; a server's are not masked). @returns the rest */
function readFrames(socket: Socket, bytes: Buffer, onStatus: () => void): Buffer {
  for (let rest = bytes; ;) {
    if (rest.length < 2) return rest;
    const short = (rest[1] ?? 0) & 0x7f;
    const header = short === 126 ? 4 : 2;
    if (rest.length < header) return rest;
    const length = short === 126 ? rest.readUInt16BE(2) : short;
    if (rest.length < header + length) return rest;
    const payload = rest.subarray(header, header + length);
    const opcode = (rest[0] ?? 0) & 0x0f;
    if (opcode === TEXT) {
      receive(payload);
      onStatus();
    } else if (opcode === CLOSE) {
      if (payload.readUInt16BE(0) === 1000) figures.closed++;
      // A masked close frame with the same code ends the handshake.
      socket.end(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]));
    }
    rest = rest.subarray(header + length);
  }
}

function receive(payload: Buffer): void {
  const now = process.hrtime.bigint();
  const text = payload.toString('latin1');
  const made = /Reading files (\d+)/.exec(text)?.[1];
  figures.messages++;
  figures.latencies.push(Number(now - BigInt(made ?? 0)) / 1e6);
  if (text.includes('"status":"completed"')) figures.ended++;
}

async function main(run: ClientRun): Promise<void> {
  for (let index = 0; index < run.connections; index += OPENING) {
    const count = Math.min(OPENING, run.connections - index);
    await Promise.all(Array.from({ length: count }, (_, offset) => open(run, run.first + index + offset)));
  }
  figures.messages = 0;
  figures.latencies = [];
  process.send?.({ type: 'connected' } satisfies FromClients);
  process.on('message', () => {
    process.send?.({ type: 'done', ...figures } satisfies FromClients, () => process.exit(0));
  });
}

await main(JSON.parse(process.argv[2] ?? '{}') as ClientRun);
