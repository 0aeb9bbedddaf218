import { afterEach, describe, expect, it } from 'vitest';
import { type RememberedScan, ScanSession } from '../../extension/scan/session.ts';
import { type Problem, StateStore } from '../../extension/scan/state.ts';
import { ServerConnection } from '../../extension/server/connection.ts';
import {
  collectingLog,
  COMPLETED,
  ENVIRONMENT,
  scanStatus,
  standInServer,
  type StandInBehaviour,
  type StandInServer,
  TOKEN,
} from './standInServer.ts';

const FOLDERS = [{ name: 'shop', path: '/shop' }];
const REQUEST = { repository_path: '/shop' };
const OVERVIEW = {
  scan: {
    scan_id: 'scan-1',
    status: 'completed',
    roots: FOLDERS,
    started_at: '2026-01-01T00:00:00.000Z',
    finished_at: '2026-01-01T00:00:01.000Z',
    duration_ms: 1000,
    files_scanned: 3,
    nodes_found: 9,
    workflows_found: 1,
    message: 'Done',
  },
  nodes_by_kind: { database_read: 4, ui_action: 1, function: 3, table: 1 },
  edges_by_kind: {},
  workflows: 1,
  tables: 1,
  unresolved_by_reason: {},
  files: { found: 3, scanned: 3, skipped: 0, failed: 0 },
  phases: {},
};

/** What a server answers that starts a scan named scan-1 and gives its results. */
function ordinary(method: string, path: string, id = 'scan-1'): { status: number; body: unknown } | undefined {
  const answers: Record<string, unknown> = {
    'GET /environment': ENVIRONMENT,
    'POST /scan': { scan_id: id, status: 'queued', message: 'queued' },
    'POST /scan/scan-1/cancel': { scan_id: 'scan-1', accepted: true, message: 'cancelling' },
    'GET /scan/scan-1/overview': OVERVIEW,
    'GET /scan/scan-1/status': scanStatus(9, COMPLETED),
  };
  const body = answers[`${method} ${path}`];
  return body === undefined ? undefined : { status: 200, body };
}

interface Fixture {
  server: StandInServer;
  session: ScanSession;
  store: StateStore;
  connection: ServerConnection;
  remembered: RememberedScan[];
  problems: Problem[];
  requests: string[];
}

const open: Fixture[] = [];

afterEach(async () => {
  for (const { session, connection, server } of open.splice(0)) {
    session.dispose();
    await connection.dispose();
    await server[Symbol.asyncDispose]();
  }
});

async function fixture(behaviour: Partial<StandInBehaviour>): Promise<Fixture> {
  const requests: string[] = [];
  const answer = behaviour.onRequest ?? ordinary;
  const server = await standInServer({
    onSocket: (socket) => socket.send(JSON.stringify(scanStatus(9, COMPLETED))),
    ...behaviour,
    onRequest: (method, path) => {
      requests.push(`${method} ${path}`);
      return answer(method, path);
    },
  });
  const store = new StateStore();
  const log = collectingLog();
  const events = { onState: () => undefined, onNotice: () => undefined };
  const choose = async () => ({ kind: 'connect' as const, url: server.address, token: TOKEN });
  const connection = new ServerConnection(choose, events, log);
  const remembered: RememberedScan[] = [];
  const problems: Problem[] = [];
  const session = new ScanSession({
    connection,
    store,
    log,
    remember: (scan) => remembered.push(scan),
    notify: (problem) => problems.push(problem),
    timing: { waitStep: 5, maxWait: 10, poll: 5, heartbeat: 1000 },
  });
  const made = { server, session, store, connection, remembered, problems, requests };
  open.push(made);
  return made;
}

async function until(store: StateStore, reached: (state: StateStore['state']) => boolean): Promise<void> {
  if (reached(store.state)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = store.onChange((state) => reached(state) && resolve());
  await promise;
  listener.dispose();
}

describe('ScanSession', () => {
  it('follows a scan to its end and counts operations without functions and tables', async () => {
    const { session, store, remembered, problems } = await fixture({});
    await session.start(REQUEST, FOLDERS);
    await until(store, (state) => state.operations !== null);
    expect(store.state).toMatchObject({ scanId: 'scan-1', resultsScanId: 'scan-1', operations: 5, folders: FOLDERS });
    expect(remembered.at(-1)).toMatchObject({ scanId: 'scan-1', resultsScanId: 'scan-1', operations: 5 });
    expect(problems).toEqual([]);
  });

  it('keeps the older results in view when a scan fails, and tells the reason', async () => {
    const failure = scanStatus(3, { status: 'error', error: 'The disk is full.' });
    const { session, store, problems } = await fixture({ onSocket: (socket) => socket.send(JSON.stringify(failure)) });
    store.update({ resultsScanId: 'older' });
    await session.start(REQUEST, FOLDERS);
    await until(store, (state) => state.problem !== null);
    expect(problems).toEqual([{ message: 'The disk is full.', actions: ['retry', 'show_log'] }]);
    expect(store.state.resultsScanId).toBe('older');
  });

  /** A server that completes scans named scan-1, scan-2 … and compares and removes them; `end` names another end. */
  function counting(end: (number: number) => Partial<typeof COMPLETED> = () => COMPLETED): Partial<StandInBehaviour> {
    let started = 0;
    return {
      onSocket: (socket) => {
        const status = scanStatus(9, { ...end(started), scan_id: `scan-${started}` });
        socket.send(JSON.stringify(status));
      },
      onRequest: (method, path) => {
        if (method === 'DELETE') return { status: 204, body: null };
        if (path === '/scan') started++;
        if (path === '/scan') return ordinary('POST', path, `scan-${started}`);
        const totals = { workflows: { added: 2, removed: 1, changed: 0 } };
        if (path.includes('/compare/')) return { status: 200, body: { totals } };
        return path.endsWith('/overview') ? ordinary('GET', '/scan/scan-1/overview') : ordinary(method, path);
      },
    };
  }

  async function scanned(made: Fixture, automatic: boolean): Promise<void> {
    const before = made.remembered.length;
    await made.session.start(REQUEST, FOLDERS, { automatic, rescan: true });
    await expect.poll(() => made.remembered.length).toBeGreaterThan(before + 2);
    await until(made.store, (state) => state.operations !== null);
  }

  it('tells how workflows differ from the scan before, and automatic scans replace each other', async () => {
    const made = await fixture(counting());
    const { store, requests } = made;
    await scanned(made, false);
    expect(store.state.changes).toBeNull();
    for (let number = 2; number <= 4; number++) await scanned(made, number > 2);
    expect(store.state.resultsScanId).toBe('scan-4');
    expect(store.state.changes).toEqual({ previous_scan_id: 'scan-2', added: 2, removed: 1, changed: 0 });
    expect(made.remembered.at(-1)).toMatchObject({ automatic: true, baseline: 'scan-2' });
    await expect
      .poll(() => requests.filter((request) => request.startsWith('DELETE')))
      .toEqual(['DELETE /scan/scan-3']);
  });

  it('keeps the older results in view when a rescan was cancelled', async () => {
    const made = await fixture(counting((number) => (number === 1 ? COMPLETED : { status: 'cancelled' })));
    await scanned(made, false);
    await made.session.start(REQUEST, FOLDERS, { rescan: true });
    await until(made.store, (state) => state.status?.status === 'cancelled');
    await expect.poll(() => made.remembered.at(-1)?.status?.status).toBe('cancelled');
    expect(made.store.state.resultsScanId).toBe('scan-1');
  });

  it('makes no noise when an automatic scan fails', async () => {
    const failed = { status: 'error', error: 'The disk is full.' } as const;
    const made = await fixture(counting((number) => (number === 1 ? COMPLETED : failed)));
    await scanned(made, false);
    await made.session.start(REQUEST, FOLDERS, { automatic: true });
    await until(made.store, (state) => state.problem !== null);
    expect(made.problems).toEqual([]);
    expect(made.store.state.resultsScanId).toBe('scan-1');
  });

  it('forgets the results in view when their scan is removed, and no other', async () => {
    const made = await fixture(counting());
    await scanned(made, false);
    await made.session.remove('older');
    expect(made.store.state.resultsScanId).toBe('scan-1');
    await made.session.remove('scan-1');
    expect(made.store.state).toMatchObject({ scanId: null, resultsScanId: null, operations: null });
    expect(made.requests).toContain('DELETE /scan/scan-1');
  });

  it('shows the refusal of the server when the scan cannot start, and can start again', async () => {
    const body = { code: 'path_not_found', message: '/shop does not exist.', request_id: '1' };
    const { session, store } = await fixture({
      onRequest: (method, path) => (path === '/scan' ? { status: 404, body } : ordinary(method, path)),
    });
    await expect(session.start(REQUEST, FOLDERS)).rejects.toThrow('/shop does not exist.');
    expect(store.state).toMatchObject({ starting: false, scanId: null, problem: { message: '/shop does not exist.' } });
    await expect(session.start(REQUEST, FOLDERS)).rejects.toThrow('/shop does not exist.');
  });

  it('refuses a second scan while one runs', async () => {
    const { session } = await fixture({ onSocket: (socket) => socket.send(JSON.stringify(scanStatus(1))) });
    await session.start(REQUEST, FOLDERS);
    await expect(session.start(REQUEST, FOLDERS)).rejects.toThrow('running already');
  });

  it('asks the server to cancel the scan in view', async () => {
    const { session, store, requests } = await fixture({
      onSocket: (socket) => socket.send(JSON.stringify(scanStatus(1))),
    });
    await expect(session.cancel()).rejects.toThrow('No scan is running');
    await session.start(REQUEST, FOLDERS);
    await until(store, (state) => state.status !== null);
    await session.cancel();
    expect(requests).toContain('POST /scan/scan-1/cancel');
  });

  it('restores a scan that had ended without asking any server', async () => {
    const { session, store, requests } = await fixture({});
    const scan = { scanId: 'scan-1', status: scanStatus(9, COMPLETED), resultsScanId: 'scan-1', operations: 5 };
    session.restore({ ...scan, folders: FOLDERS });
    expect(store.state).toMatchObject({ ...scan, folders: FOLDERS });
    expect(requests).toEqual([]);
  });

  it('follows a scan on that had not ended when the window was reloaded', async () => {
    const { session, store } = await fixture({});
    const scan = { scanId: 'scan-1', status: scanStatus(2), resultsScanId: null, operations: null, folders: FOLDERS };
    session.restore(scan);
    await until(store, (state) => state.operations === 5);
    expect(store.state.status?.status).toBe('completed');
  });

  it('forgets what another version has remembered', async () => {
    const { session, store } = await fixture({});
    session.restore({ scanId: 7 });
    expect(store.state.scanId).toBeNull();
  });

  it('says that the server no longer has the scan', async () => {
    const { session, store, problems } = await fixture({ onSocket: (socket) => socket.close(4404) });
    session.restore({ scanId: 'scan-1', status: null, resultsScanId: null, operations: null, folders: FOLDERS });
    await until(store, (state) => state.problem !== null);
    expect(problems[0]?.message).toContain('no longer has this scan');
  });

  it('follows again on request after the connection was lost', async () => {
    let broken = true;
    const { session, store, problems } = await fixture({
      onSocket: (socket) => {
        if (broken) socket.terminate();
        else socket.send(JSON.stringify(scanStatus(9, COMPLETED)));
      },
      onRequest: (method, path) =>
        broken && path.endsWith('/status') ? { status: 500, body: {} } : ordinary(method, path),
    });
    await session.start(REQUEST, FOLDERS);
    await until(store, (state) => state.problem !== null);
    expect(problems[0]?.actions).toContain('retry');
    expect(store.state.connection).toBe('disconnected');
    broken = false;
    expect(session.resume()).toBe(true);
    await until(store, (state) => state.operations === 5);
    expect(store.state.problem).toBeNull();
    expect(session.resume()).toBe(false);
  });
});
