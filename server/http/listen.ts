import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { App } from './deps.ts';

/** Where a server listens: a socket or named pipe of its owner alone, or a TCP port. */
export type ListenTarget = { socket: string } | { host: string; port: number };

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
/** Nothing for group and others, no execution for the owner. */
const PRIVATE_UMASK = 0o177;

/**
 * Starts listening.
 * @returns the address for the ready line: `http://host:port` or the path of the socket
 * @throws {Error} with what to do, when the address is in use or the socket's folder is open to others
 */
export async function listen(app: App, target: ListenTarget): Promise<string> {
  if ('socket' in target) {
    if (target.socket.startsWith('\\\\.\\pipe\\')) await app.listen({ path: target.socket });
    else await listenOnSocket(app, target.socket);
    return target.socket;
  }
  await app.listen({ host: target.host, port: target.port });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : target.port;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return `http://${host}:${port}`;
}

async function listenOnSocket(app: App, path: string): Promise<void> {
  await preparePrivateFolder(dirname(path));
  await removeDeadSocket(path);
  const umask = process.umask(PRIVATE_UMASK);
  try {
    await app.listen({ path });
  } finally {
    process.umask(umask);
  }
  await chmod(path, PRIVATE_FILE);
}

async function preparePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const stats = await lstat(folder);
  const isMine = process.getuid === undefined || stats.uid === process.getuid();
  if (stats.isDirectory() && isMine && (stats.mode & 0o077) === 0) return;
  throw new Error(`The folder of the socket, ${folder}, must be yours and closed to others: chmod 700 ${folder}`);
}

/** A socket file that nobody listens on is left behind by a killed server and would make `listen` fail. */
async function removeDeadSocket(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => null);
  if (!stats) return;
  if (!stats.isSocket()) throw new Error(`${path} exists and is no socket; choose another path.`);
  if (await answers(path)) throw new Error(`Another server listens on ${path}.`);
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
