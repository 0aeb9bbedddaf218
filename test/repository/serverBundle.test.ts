import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScanResult } from '#protocol/graph.ts';
import { buildIsolatedServer, type IsolatedServer } from '../support/isolatedServer.ts';

const SHOP = join(import.meta.dirname, '../../samples/shop');

let server: IsolatedServer;
let dataFolder = '';

beforeAll(async () => {
  server = await buildIsolatedServer();
  dataFolder = mkdtempSync(join(tmpdir(), 'pinata-data-'));
});

afterAll(() => {
  server.remove();
  rmSync(dataFolder, { recursive: true, force: true });
});

describe('the server bundle', () => {
  it('scans in threads with no node_modules beside it', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [server.pinata, 'scan', SHOP, '--format', 'json'], {
      cwd: server.folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], PINATA_DATA_DIR: dataFolder },
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(status, stderr).toBe(0);
    const result = Value.Parse(ScanResult, JSON.parse(stdout));
    expect(result.scan.status).toBe('completed');
    expect(result.files.failed).toEqual([]);
    expect(new Set(result.nodes.map((node) => node.kind))).toContain('database_write');
  });
});
