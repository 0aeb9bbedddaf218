import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerConnection, type ServerChoice } from '../../extension/server/connection.ts';
import { collectingLog, ENVIRONMENT, standInServer, TOKEN } from './standInServer.ts';

/** Answers every request with the environment, prints the ready line, and ends with its parent. */
const SERVER = `
const socket = process.argv[process.argv.indexOf('--socket') + 1];
require('node:http').createServer((request, response) => response.end('${JSON.stringify(ENVIRONMENT)}'))
  .listen(socket, () => console.log(JSON.stringify({ address: socket, token: 't', pid: process.pid, version: '0.1.0', protocol_version: 1 })));
process.stdin.resume().on('end', () => process.exit(0));
`;

describe('ServerConnection', () => {
  let folder: string;
  let connection: ServerConnection;
  const states: string[] = [];
  const notices: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pinata-test-'));
    await writeFile(join(folder, 'server.cjs'), SERVER);
    states.length = 0;
    notices.length = 0;
    connection = connectionTo(launchChoice);
  });
  afterEach(async () => {
    await connection.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  function connectionTo(choose: (folders: readonly string[]) => Promise<ServerChoice>): ServerConnection {
    return new ServerConnection(
      choose,
      { onState: (state) => states.push(state), onNotice: (notice) => notices.push(notice) },
      collectingLog(),
    );
  }

  async function launchChoice(roots: readonly string[]): Promise<ServerChoice> {
    const serverEntry = join(folder, 'server.cjs');
    const options = {
      nodePath: process.execPath,
      serverEntry,
      dataFolder: folder,
      roots,
      logLevel: 'info',
      redisUrl: null,
    };
    return { kind: 'launch', options };
  }

  async function serverPid(): Promise<number> {
    return Number(/process (\d+)/.exec((await connection.use()).description)?.[1]);
  }

  it('launches one server for all who ask at the same time', async () => {
    const [first, second] = await Promise.all([connection.use(), connection.use()]);
    expect(first).toBe(second);
    expect(states).toEqual(['connecting', 'connected']);
  });

  it('launches a new server when the old one was killed', async () => {
    const pid = await serverPid();
    process.kill(pid, 'SIGKILL');
    while (states.at(-1) !== 'disconnected') await sleep(10);
    expect(await serverPid()).not.toBe(pid);
  });

  it('stops launching a server that keeps ending, until it is reset', async () => {
    for (let crash = 0; crash < 3; crash++) {
      process.kill(await serverPid(), 'SIGKILL');
      while (states.at(-1) !== 'disconnected') await sleep(10);
    }
    await expect(connection.use()).rejects.toThrow('3 times within a minute');
    await connection.reset();
    expect(await serverPid()).toBeGreaterThan(0);
  });

  it('launches again when a folder is to be scanned that the server may not read', async () => {
    const pid = await serverPid();
    await connection.use([folder]);
    const second = await serverPid();
    expect(second).not.toBe(pid);
    await connection.use([folder]);
    expect(await serverPid()).toBe(second);
  });

  it('ends the server on dispose and launches none afterwards', async () => {
    const pid = await serverPid();
    await connection.dispose();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(connection.use()).rejects.toThrow('shut down');
  });

  it('tells a user without a token how to set it', async () => {
    connection = connectionTo(async () => ({ kind: 'connect', url: 'http://127.0.0.1:1', token: null }));
    await expect(connection.use()).rejects.toThrow('Pinata: Set Server Token');
  });

  it('tells a user with a wrong token that the server refused it', async () => {
    await using server = await standInServer({ onSocket: null });
    connection = connectionTo(async () => ({ kind: 'connect', url: server.address, token: 'wrong' }));
    await expect(connection.use()).rejects.toThrow('The token is wrong.');
  });

  it('passes on what the server wants its user to know', async () => {
    const body = { ...ENVIRONMENT, notices: ['Redis does not answer.'] };
    await using server = await standInServer({ onSocket: null, onRequest: () => ({ status: 200, body }) });
    connection = connectionTo(async () => ({ kind: 'connect', url: server.address, token: TOKEN }));
    await connection.use();
    expect(notices).toEqual(['Redis does not answer.']);
  });

  it('refuses a server that speaks another protocol', async () => {
    const body = { ...ENVIRONMENT, protocol_version: 99 };
    await using server = await standInServer({ onSocket: null, onRequest: () => ({ status: 200, body }) });
    connection = connectionTo(async () => ({ kind: 'connect', url: server.address, token: TOKEN }));
    await expect(connection.use()).rejects.toThrow('speaks protocol 99');
  });

  it('refuses what is no server of Pinata', async () => {
    await using server = await standInServer({
      onSocket: null,
      onRequest: () => ({ status: 200, body: { hello: 1 } }),
    });
    connection = connectionTo(async () => ({ kind: 'connect', url: server.address, token: TOKEN }));
    await expect(connection.use()).rejects.toThrow('another version of Pinata');
  });
});
