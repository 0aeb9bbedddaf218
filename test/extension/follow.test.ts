import { describe, expect, it } from 'vitest';
import type { ScanStatus } from '#protocol/scan.ts';
import { ServerClient } from '../../extension/server/client.ts';
import { type FollowEnd, followScan } from '../../extension/server/follow.ts';
import {
  collectingLog,
  COMPLETED,
  scanStatus,
  standInServer,
  type StandInBehaviour,
  type StandInServer,
} from './standInServer.ts';

const FAST = { waitStep: 5, maxWait: 20, poll: 5, heartbeat: 200 };

interface Followed {
  end: FollowEnd;
  statuses: ScanStatus[];
  connections: string[];
}

async function follow(client: () => Promise<ServerClient>, signal = new AbortController().signal): Promise<Followed> {
  const statuses: ScanStatus[] = [];
  const connections: string[] = [];
  const end = await followScan({
    scanId: 'scan-1',
    client,
    onStatus: (status) => statuses.push(status),
    onConnection: (state) => connections.at(-1) !== state && connections.push(state),
    log: collectingLog(),
    signal,
    timing: FAST,
  });
  return { end, statuses, connections };
}

async function followAgainst(behaviour: StandInBehaviour): Promise<Followed & { server: StandInServer }> {
  await using server = await standInServer(behaviour);
  return { ...(await follow(async () => server.client)), server };
}

function send(socket: { send: (text: string) => void }, ...statuses: ScanStatus[]): void {
  for (const status of statuses) socket.send(JSON.stringify(status));
}

describe('followScan', () => {
  it('delivers every update up to the terminal one', async () => {
    const { end, statuses, connections } = await followAgainst({
      onSocket: (socket) => send(socket, scanStatus(1), scanStatus(2), scanStatus(3, COMPLETED)),
    });
    expect(end).toBe('terminal');
    expect(statuses.map((status) => status.seq)).toEqual([1, 2, 3]);
    expect(connections).toEqual(['connecting', 'connected']);
  });

  it('reaches the end of a scan whose socket breaks three times', async () => {
    const { end, statuses, server, connections } = await followAgainst({
      onSocket: (socket, number) => {
        send(socket, scanStatus(number));
        if (number === 4) send(socket, scanStatus(5, COMPLETED));
        else setTimeout(() => socket.terminate(), 5);
      },
    });
    expect(end).toBe('terminal');
    expect(statuses.at(-1)?.status).toBe('completed');
    expect(server.sockets()).toBe(4);
    expect(connections).toContain('reconnecting');
  });

  it('learns the end when it attaches after the scan has ended', async () => {
    const { end, statuses } = await followAgainst({ onSocket: (socket) => send(socket, scanStatus(90, COMPLETED)) });
    expect(end).toBe('terminal');
    expect(statuses).toHaveLength(1);
  });

  it('drops updates that are older than the last one, so that progress never goes back', async () => {
    const { statuses } = await followAgainst({
      onSocket: (socket) => send(socket, scanStatus(5), scanStatus(4), scanStatus(5), scanStatus(6, COMPLETED)),
    });
    expect(statuses.map((status) => status.seq)).toEqual([5, 6]);
  });

  it('ignores frames it cannot read and goes on', async () => {
    const { end, statuses } = await followAgainst({
      onSocket: (socket) => {
        socket.send('not json');
        socket.send('{"type":"scan_update"}');
        send(socket, scanStatus(1, COMPLETED));
      },
    });
    expect(end).toBe('terminal');
    expect(statuses).toHaveLength(1);
  });

  it('asks for the status when no WebSocket comes through', async () => {
    let asked = 0;
    const { end, statuses } = await followAgainst({
      onSocket: null,
      onRequest: () => ({ status: 200, body: ++asked < 3 ? scanStatus(asked) : scanStatus(asked, COMPLETED) }),
    });
    expect(end).toBe('terminal');
    expect(statuses.map((status) => status.seq)).toEqual([1, 2, 3]);
  });

  it('leaves a server that has fallen silent and connects again', async () => {
    const { end, server } = await followAgainst({
      mute: true,
      onSocket: (socket, number) => send(socket, number === 1 ? scanStatus(1) : scanStatus(2, COMPLETED)),
    });
    expect(end).toBe('terminal');
    expect(server.sockets()).toBe(2);
  });

  it('says that the server does not know the scan', async () => {
    const { end } = await followAgainst({ onSocket: (socket) => socket.close(4404, 'unknown scan') });
    expect(end).toBe('unknown');
  });

  it('says that the token was refused, without trying again', async () => {
    await using server = await standInServer({ onSocket: (socket) => send(socket, scanStatus(1, COMPLETED)) });
    const stranger = new ServerClient({ kind: 'socket', path: server.address }, 'wrong');
    const { end } = await follow(async () => stranger);
    expect(end).toBe('refused');
    expect(server.sockets()).toBe(0);
  });

  it('gives up on a server that is gone, and says so', async () => {
    const nobody = new ServerClient({ kind: 'socket', path: '/nonexistent/pinata.sock' }, 'any');
    const { end, connections } = await follow(async () => nobody);
    expect(end).toBe('lost');
    expect(connections.at(-1)).toBe('disconnected');
  });

  it('goes over to the server that was started in place of a dead one', async () => {
    await using dead = await standInServer({ onSocket: (socket) => socket.terminate() });
    await using live = await standInServer({ onSocket: (socket) => send(socket, scanStatus(1, COMPLETED)) });
    let calls = 0;
    const { end } = await follow(async () => (++calls === 1 ? dead.client : live.client));
    expect(end).toBe('terminal');
  });

  it('stops at once when it is told to, also while it waits', async () => {
    const controller = new AbortController();
    await using server = await standInServer({ onSocket: () => setTimeout(() => controller.abort(), 10) });
    const { end } = await follow(async () => server.client, controller.signal);
    expect(end).toBe('stopped');
  });
});
