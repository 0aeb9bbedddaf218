import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScanResult } from '#protocol/graph.ts';

const ROOT = join(import.meta.dirname, '../..');
const SAMPLES = join(ROOT, 'samples');

let dataFolder = '';

beforeAll(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'pinata-bootstrap-'));
});

afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], PINATA_DATA_DIR: dataFolder };
}

/** Whether any process of the group is left. */
function isGroupAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    // ESRCH: the group is empty.
    return false;
  }
}

async function lineWith(child: ChildProcess, text: string): Promise<string> {
  if (!child.stdout) throw new Error('the output is not read');
  for await (const line of createInterface(child.stdout)) if (line.includes(text)) return line;
  throw new Error(`the output ended without "${text}"`);
}

describe('npm run -s pinata', () => {
  it('takes a folder relative to where the user is and prints nothing but the result on stdout', () => {
    const args = ['run', '-s', 'pinata', '--', 'scan', 'shop', '--format', 'json'];
    const options = { cwd: SAMPLES, env: environment(), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
    const { status, stdout, stderr } = spawnSync('npm', args, options);
    expect(status, stderr).toBe(0);
    expect(Value.Parse(ScanResult, JSON.parse(stdout)).roots).toEqual([{ name: 'shop', path: join(SAMPLES, 'shop') }]);
  });

  it('hands on the exit code for bad usage', () => {
    const { status, stderr } = spawnSync('npm', ['run', '-s', 'pinata', '--', 'scan', '--nonsense'], {
      cwd: ROOT,
      env: environment(),
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('--nonsense');
  });
});

describe('npm start', () => {
  it('scans the sample, serves its page, and leaves no process after Ctrl-C', async () => {
    // A group of its own is what a terminal signals on Ctrl-C.
    const npm = spawn('npm', ['start', '--', '--no-open'], {
      cwd: ROOT,
      env: environment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const group = npm.pid ?? 0;
    try {
      const address = /http:\S+/.exec(await lineWith(npm, 'Open http'))?.[0] ?? '';
      expect((await fetch(address)).status).toBe(200);
    } finally {
      process.kill(-group, 'SIGINT');
      await once(npm, 'exit');
    }
    await expect.poll(() => isGroupAlive(group), { timeout: 5000 }).toBe(false);
  });
});
