import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explain } from '../../extension/log.ts';
import { launchServer, type LaunchOptions, serverEnvironment } from '../../extension/server/launch.ts';
import { collectingLog } from './standInServer.ts';

const READY = `JSON.stringify({ address: process.argv[process.argv.indexOf('--socket') + 1], token: 't', pid: process.pid,
  version: '0.0.0', protocol_version: 1 })`;
const ENDS_WITH_PARENT = "process.stdin.resume().on('end', () => process.exit(0));";

describe('launchServer', () => {
  let folder: string;
  let socketFolder: string;
  const runtimeFolder = process.env['XDG_RUNTIME_DIR'];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pinata-test-'));
    socketFolder = await mkdtemp(join(tmpdir(), 'pinata-test-'));
    process.env['XDG_RUNTIME_DIR'] = socketFolder;
  });
  afterEach(async () => {
    if (runtimeFolder === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = runtimeFolder;
    for (const path of [folder, socketFolder]) await rm(path, { recursive: true, force: true });
  });

  async function options(program: string): Promise<LaunchOptions & { log: ReturnType<typeof collectingLog> }> {
    const serverEntry = join(folder, 'server.cjs');
    await writeFile(serverEntry, program);
    return {
      nodePath: process.execPath,
      serverEntry,
      dataFolder: folder,
      roots: [folder],
      logLevel: 'info',
      redisUrl: null,
      log: collectingLog(),
      readyTimeoutMs: 3000,
    };
  }

  it('resolves with the ready line, and ends the process and its socket folder on dispose', async () => {
    const server = await launchServer(await options(`${ENDS_WITH_PARENT} console.log(${READY});`));
    expect(server.ready.address.startsWith(socketFolder)).toBe(true);
    expect(await readdir(socketFolder)).toHaveLength(1);
    await server.dispose();
    expect(await server.exited).toBe('ended with code 0');
    expect(() => process.kill(server.ready.pid, 0)).toThrow('ESRCH');
    expect(await readdir(socketFolder)).toEqual([]);
  });

  it('kills a server that neither notices its closed stdin nor heeds SIGTERM', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log(${READY});`;
    const server = await launchServer(await options(stubborn));
    await server.dispose();
    expect(await server.exited).toBe('was ended by SIGKILL');
  });

  it('says with the last words of the server why it did not start', async () => {
    const failing = "console.error('the database is locked'); process.exit(3);";
    const starting = launchServer(await options(failing));
    await expect(starting).rejects.toThrow(/did not start.*the database is locked/);
    expect(await readdir(socketFolder)).toEqual([]);
  });

  it('gives up on a server that never gets ready, and leaves no process', async () => {
    const starting = launchServer({ ...(await options(ENDS_WITH_PARENT)), readyTimeoutMs: 300 });
    await expect(starting).rejects.toMatchObject({ cause: new Error('it was not ready after 0.3 s') });
  });

  it('refuses a server of another protocol version', async () => {
    const other = READY.replace('protocol_version: 1', 'protocol_version: 99');
    const starting = launchServer(await options(`${ENDS_WITH_PARENT} console.log(${other});`));
    await expect(starting).rejects.toMatchObject({ cause: new Error('it speaks protocol 99, this extension 1') });
  });

  it('says that the program could not be started at all', async () => {
    const starting = launchServer({ ...(await options('')), nodePath: join(folder, 'no-such-node') });
    await expect(starting.catch(explain)).resolves.toContain('could not be started');
  });

  it('writes log records of the server at their level', async () => {
    const wanted = await options(
      `console.error('{"level":40,"msg":"low on memory"}'); ${ENDS_WITH_PARENT} console.log(${READY});`,
    );
    const server = await launchServer(wanted);
    await server.dispose();
    expect(wanted.log.lines).toContain('server: low on memory');
  });
});

describe('serverEnvironment', () => {
  const SETTINGS = { logLevel: 'warn', redisUrl: null };

  it("keeps VS Code's own variables and Node's options from the server", () => {
    const env = serverEnvironment(
      { PATH: '/bin', VSCODE_IPC_HOOK: 'x', NODE_OPTIONS: '--inspect', ELECTRON_X: '1' },
      SETTINGS,
    );
    expect(env).toEqual({ PATH: '/bin', ELECTRON_RUN_AS_NODE: '1', PINATA_LOG_LEVEL: 'warn' });
  });

  it('passes the address of Redis on', () => {
    expect(serverEnvironment({}, { ...SETTINGS, redisUrl: 'redis://127.0.0.1' })).toMatchObject({
      PINATA_REDIS_URL: 'redis://127.0.0.1',
    });
  });
});
