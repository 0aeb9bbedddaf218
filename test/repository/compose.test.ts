import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { API_PREFIX, ReadyLine } from '#protocol/http.ts';
import { isTerminal, ScanAccepted, ScanStatus } from '#protocol/scan.ts';
import { buildIsolatedServer, type IsolatedServer } from '../support/isolatedServer.ts';

const ROOT = join(import.meta.dirname, '../..');
const TOKEN = 'c0ffee'.repeat(10);

const Service = Type.Object({
  image: Type.Optional(Type.String()),
  command: Type.Array(Type.String()),
  environment: Type.Optional(Type.Record(Type.String(), Type.String())),
  ports: Type.Optional(Type.Array(Type.String())),
  volumes: Type.Optional(Type.Array(Type.String())),
  depends_on: Type.Optional(Type.Record(Type.String(), Type.Object({ condition: Type.String() }))),
  healthcheck: Type.Object({ test: Type.Array(Type.String()) }),
});
const Compose = Type.Object({ services: Type.Object({ redis: Service, server: Service }) });

const { services } = Value.Parse(Compose, parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')));

describe('docker-compose.yml', () => {
  it('starts the server when Redis is healthy, on loopback, with the folders read-only and the token from outside', () => {
    expect(services.server.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
    expect(services.server.ports).toEqual(['127.0.0.1:4180:4180']);
    expect(services.server.volumes?.[0]).toMatch(/^\$\{PINATA_FOLDERS:\?.*\}:\/folders:ro$/);
    expect(services.server.environment?.['PINATA_TOKEN']).toMatch(/^\$\{PINATA_TOKEN:\?/);
  });

  it('sets only variables that the server reads', () => {
    const sources = globSync('server/**/*.ts', { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8'));
    const read = new Set(sources.flatMap((source) => source.match(/\bPINATA_[A-Z_]+\b/g) ?? []));
    expect([...read]).toEqual(expect.arrayContaining(Object.keys(services.server.environment ?? {})));
  });

  it('runs the command of the image', () => {
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    const command: unknown = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? 'null');
    expect(command).toEqual(services.server.command);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return address.port;
}

/** A command of the compose file with the container's names and ports replaced by those of this machine. */
function onThisMachine(command: readonly string[], replacements: Record<string, string>): string[] {
  return command.map((word) =>
    Object.entries(replacements).reduce((text, [from, to]) => text.replaceAll(from, to), word),
  );
}

describe('the services of docker-compose.yml, started without Docker', () => {
  const processes: ChildProcess[] = [];
  let isolated: IsolatedServer;
  let redisPort = 0;
  let serverPort = 0;
  let folder = '';
  let replacements: Record<string, string> = {};
  let ready: ReadyLine;

  async function startServer(): Promise<ReadyLine> {
    const [, ...args] = onThisMachine(services.server.command, replacements);
    const environment = Object.entries({ ...services.server.environment, PINATA_TOKEN: TOKEN });
    const server = spawn(process.execPath, args, {
      cwd: isolated.folder,
      env: {
        PATH: process.env['PATH'],
        ...Object.fromEntries(environment.map(([name, value]) => [name, onThisMachine([value], replacements)[0]])),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    processes.push(server);
    for await (const line of createInterface(server.stdout)) return Value.Parse(ReadyLine, JSON.parse(line));
    throw new Error('the server ended before it was ready');
  }

  beforeAll(async () => {
    isolated = await buildIsolatedServer();
    folder = mkdtempSync(join(tmpdir(), 'pinata-compose-'));
    [redisPort, serverPort] = [await freePort(), await freePort()];
    replacements = {
      'redis://redis:6379': `redis://127.0.0.1:${redisPort}`,
      '0.0.0.0': '127.0.0.1',
      '4180': String(serverPort),
      '/folders': join(ROOT, 'samples'),
      '/data': join(folder, 'data'),
    };
    const [redisProgram = '', ...redisArgs] = services.redis.command;
    const placed = [...redisArgs, '--port', String(redisPort), '--bind', '127.0.0.1', '--dir', folder];
    processes.push(spawn(redisProgram, placed, { stdio: 'ignore' }));
    ready = await startServer();
  });

  afterAll(async () => {
    for (const child of processes.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    isolated.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are healthy by their own health checks', () => {
    const [, redisCli = '', ...redisArgs] = services.redis.healthcheck.test;
    const ping = spawnSync(redisCli, ['-p', String(redisPort), ...redisArgs], { encoding: 'utf8' });
    expect(ping.stdout.trim()).toBe('PONG');

    const [, , ...nodeArgs] = onThisMachine(services.server.healthcheck.test, replacements);
    expect(spawnSync(process.execPath, nodeArgs).status).toBe(0);
  });

  it('scan a folder and leave its status in Redis', async () => {
    expect(ready.token).toBe(TOKEN);
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const api = `http://127.0.0.1:${serverPort}${API_PREFIX}`;
    const body = JSON.stringify({ repository_path: join(ROOT, 'samples/shop') });
    const answer = await fetch(`${api}/scan`, { method: 'POST', headers, body });
    expect(answer.status).toBe(202);
    const { scan_id } = Value.Parse(ScanAccepted, await answer.json());

    const deadline = Date.now() + 45_000;
    let status: ScanStatus;
    do {
      status = Value.Parse(ScanStatus, await (await fetch(`${api}/scan/${scan_id}/status`, { headers })).json());
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (!isTerminal(status.status) && Date.now() < deadline);
    expect(status).toMatchObject({ status: 'completed', progress: 100 });

    const redis = new Redis(redisPort, '127.0.0.1');
    try {
      const kept = Value.Parse(ScanStatus, JSON.parse((await redis.get(`scan:status:${scan_id}`)) ?? 'null'));
      expect(kept.status).toBe('completed');
    } finally {
      await redis.quit();
    }
  });

  it('refuse a scan without the token', async () => {
    const answer = await fetch(`http://127.0.0.1:${serverPort}${API_PREFIX}/scans`);
    expect(answer.status).toBe(401);
  });
});
