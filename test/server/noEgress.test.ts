import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SESSION = join(import.meta.dirname, 'support/offlineSession.ts');
const NAMESPACE = ['-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

function hasNamespaces(): boolean {
  const probe = spawnSync('unshare', [...NAMESPACE, 'true'], { stdio: 'ignore' });
  if (probe.status === 0) return true;
  console.warn(
    'the test without a network is skipped: only root may make a network namespace, and needs unshare and ip',
  );
  return false;
}

describe.skipIf(!hasNamespaces())('on a machine without any network but loopback', () => {
  it('a scan, a server and its clients work, and nothing even tries to reach out', () => {
    const result = spawnSync('unshare', [...NAMESPACE, process.execPath, SESSION], { encoding: 'utf8' });
    expect(result.stderr).not.toContain('Error');
    const { statuses, attempts, control } = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '{}');
    expect(statuses.length).toBeGreaterThan(15);
    expect(statuses.filter((status: number) => ![0, 200, 1000].includes(status))).toEqual([]);
    expect(attempts).toBe(0);
    // The counter counts: a request to an address that nobody has was noticed.
    expect(control).toBeGreaterThan(0);
  });
});
