import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Rescanner } from '../../extension/scan/rescan.ts';
import { StateStore } from '../../extension/scan/state.ts';
import { collectingLog, COMPLETED, scanStatus } from './standInServer.ts';

const QUIET = 20;
const open: Rescanner[] = [];
afterEach(() => {
  for (const rescanner of open.splice(0)) rescanner.dispose();
});

/** A workspace whose scan has completed; `starts` counts automatic scans, each running until `end`. */
function fixture(onSave = true) {
  const store = new StateStore();
  const folders = [{ name: 'shop', path: '/shop' }];
  store.update({ folders, scanId: 'scan-1', status: scanStatus(9, COMPLETED), resultsScanId: 'scan-1' });
  let starts = 0;
  const start = async (): Promise<void> => {
    starts++;
    store.update({ starting: true });
    store.update({ starting: false, scanId: `scan-${starts + 1}`, status: scanStatus(1) });
  };
  const end = (): void => {
    const scanId = store.state.scanId;
    store.update({ resultsScanId: scanId });
    store.update({ status: scanStatus(9, COMPLETED) });
  };
  const rescanner = new Rescanner({ store, log: collectingLog(), onSave: () => onSave, start, quiet: QUIET });
  open.push(rescanner);
  return { store, rescanner, end, starts: () => starts };
}

async function quiet(): Promise<void> {
  await sleep(QUIET * 4);
}

describe('Rescanner', () => {
  it('scans once after many files were saved together', async () => {
    const { rescanner, starts, store } = fixture();
    for (const file of ['a.cs', 'b.cs', 'c.ts']) rescanner.changed(`/shop/${file}`);
    expect(store.state.changedFiles).toBe(3);
    expect(starts()).toBe(0);
    await expect.poll(starts).toBe(1);
  });

  it('never runs two at once, and one more for what changed meanwhile', async () => {
    const { rescanner, starts, end, store } = fixture();
    rescanner.changed('/shop/a.cs');
    await expect.poll(starts).toBe(1);
    await sleep(5);
    rescanner.changed('/shop/b.cs');
    rescanner.changed('/shop/c.cs');
    await quiet();
    expect(starts()).toBe(1);
    end();
    await expect.poll(starts).toBe(2);
    end();
    await quiet();
    expect(starts()).toBe(2);
    expect(store.state.changedFiles).toBe(0);
  });

  it('only counts changes where the setting is off', async () => {
    const { rescanner, starts, store } = fixture(false);
    rescanner.changed('/shop/a.cs');
    rescanner.changed('/shop/a.cs');
    await quiet();
    expect(starts()).toBe(0);
    expect(store.state.changedFiles).toBe(1);
  });

  it('does not care for files that no scan reads, nor before there are results', async () => {
    const { rescanner, starts, store } = fixture();
    rescanner.changed('/shop/readme.md');
    store.update({ resultsScanId: null });
    rescanner.changed('/shop/a.cs');
    await quiet();
    expect(starts()).toBe(0);
    expect(store.state.changedFiles).toBe(0);
  });
});
