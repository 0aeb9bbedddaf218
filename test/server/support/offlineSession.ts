/*
 * Runs in a network namespace with nothing but a loopback interface: scans, serves, watches and reads as a user does,
 * then prints how often anything looked for a way out, and how often after it was made to.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { EXPORT_FORMATS } from '#protocol/exports.ts';

const MAIN = fileURLToPath(new URL('../../../server/cli/main.ts', import.meta.url));
const SAMPLES = fileURLToPath(new URL('../../../samples', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'pinata-offline-'));

/** Packets and connections that had no route, counted by the kernel for this namespace (proc(5), snmp). */
function attempts(): number {
  const [names = '', counts = ''] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Ip: '));
  return Number(counts.split(' ')[names.split(' ').indexOf('OutNoRoutes')]);
}

async function session(): Promise<number[]> {
  const scanned = spawnSync(process.execPath, [MAIN, 'scan', SAMPLES, '--format', 'json', '--data-dir', data]);
  const statuses = [scanned.status ?? -1];
  const server = spawn(process.execPath, [MAIN, 'serve', '--root', SAMPLES, '--data-dir', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const { address, token } = JSON.parse(String(line)) as { address: string; token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const api = `${address}/api/v1/scanner`;
  const get = async (url: string): Promise<void> => {
    const response = await fetch(url, { headers });
    await response.arrayBuffer();
    statuses.push(response.status);
  };
  const body = JSON.stringify({ repository_path: SAMPLES });
  const accepted = (await (await fetch(`${api}/scan`, { method: 'POST', headers, body })).json()) as {
    scan_id: string;
  };
  const scan = `${api}/scan/${accepted.scan_id}`;
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws/scan/${accepted.scan_id}`, { headers });
  const [code] = await once(socket, 'close');
  statuses.push(Number(code));
  for (const list of ['status', 'results', 'workflows', 'endpoints', 'tables', 'unresolved', 'files', 'overview']) {
    await get(`${scan}/${list}`);
  }
  for (const format of EXPORT_FORMATS) await get(`${scan}/export?format=${format}`);
  for (const path of ['/documentation/', '/readyz', '/metrics']) await get(address + path);
  server.kill('SIGTERM');
  const [exit] = await once(server, 'exit');
  return [...statuses, Number(exit)];
}

const statuses = await session();
const before = attempts();
await fetch('http://192.0.2.1/').catch(() => undefined);
rmSync(data, { recursive: true, force: true });
console.log(JSON.stringify({ statuses, attempts: before, control: attempts() - before }));
