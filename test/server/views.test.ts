import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { EndpointPage, ScanOverview, TablePage, WorkflowPage } from '#protocol/http.ts';
import { EntityDiagram, NodeGroupDetail, NodeGroupPage, WorkflowDetail, WorkflowGroups } from '#protocol/views.ts';
import { SAMPLE } from '../page/support/pageServer.ts';
import { TestServer } from './support/testServer.ts';

let server: TestServer;
let scanId: string;

beforeAll(async () => {
  server = await TestServer.start({ roots: [SAMPLE] });
  scanId = await server.scan(SAMPLE);
  await server.ended(scanId);
});

afterAll(() => server[Symbol.asyncDispose]());

const read = (path: string) => server.json(`/scan/${scanId}/${path}`);
const workflows = async (query = '') => Value.Parse(WorkflowPage, await read(`workflows?limit=1000${query}`));

describe('brief rows', () => {
  it('list the same workflows without their chains', async () => {
    const [whole, brief] = [await workflows(), await workflows('&brief=true')];
    expect(brief.items.map(({ id }) => id)).toEqual(whole.items.map(({ id }) => id));
    expect(brief.items.map((row) => row.step_count)).toEqual(whole.items.map(({ steps }) => steps.length));
    expect(brief.items.every(({ chain, steps }) => chain.length + steps.length === 0)).toBe(true);
  });

  it('keep the counts of endpoints and tables', async () => {
    const endpoints = Value.Parse(EndpointPage, await read('endpoints'));
    const brief = Value.Parse(EndpointPage, await read('endpoints?brief=true'));
    expect(brief.items.map((row) => row.callers_total)).toEqual(endpoints.items.map(({ callers }) => callers.length));
    const tables = Value.Parse(TablePage, await read('tables'));
    const briefTables = Value.Parse(TablePage, await read('tables?brief=true'));
    expect(briefTables.items.map((row) => row.writers_total)).toEqual(
      tables.items.map(({ writers }) => writers.length),
    );
    expect(briefTables.items.every(({ readers, writers }) => readers.length + writers.length === 0)).toBe(true);
  });
});

describe('groups of workflows', () => {
  it.each(['page', 'endpoint', 'table', 'confidence'])(
    'by %s have every workflow, and list what they count',
    async (by) => {
      const { groups } = Value.Parse(WorkflowGroups, await read(`workflow-groups?by=${by}`));
      const found = new Set<string>();
      for (const { key, workflows: counted } of groups) {
        const page = await workflows(`&brief=true&group_by=${by}&group=${encodeURIComponent(key)}`);
        expect(page.total, key).toBe(counted);
        for (const { id } of page.items) found.add(id);
      }
      expect([...found].toSorted()).toEqual((await workflows()).items.map(({ id }) => id).toSorted());
    },
  );

  it('are narrowed by text as the list is', async () => {
    const { groups } = Value.Parse(WorkflowGroups, await read('workflow-groups?by=confidence&q=order'));
    const total = groups.reduce((sum, group) => sum + group.workflows, 0);
    expect(total).toBe((await workflows('&q=order')).total);
    expect(total).toBeGreaterThan(0);
  });
});

describe('one workflow', () => {
  it('has the proof of every hop but the entry, each from a hop before it', async () => {
    for (const { id, chain } of (await workflows()).items) {
      const detail = Value.Parse(WorkflowDetail, await read(`workflows/${encodeURIComponent(id)}`));
      expect(detail.hops.map(({ node }) => node.id)).toEqual(chain.map(({ node }) => node.id));
      for (const [index, { parent, edge, node }] of detail.hops.entries()) {
        expect(parent).toBeLessThan(index);
        if (index === 0) continue;
        expect(edge?.source).toBe(detail.hops[parent]?.node.id);
        expect(edge?.target).toBe(node.id);
        expect(edge?.evidence?.from.line).toBeGreaterThan(0);
      }
    }
  });

  it('is 404 when there is none of this id', async () => {
    expect((await server.request(`/scan/${scanId}/workflows/none`)).status).toBe(404);
  });
});

describe('groups of nodes', () => {
  it('put what writes and reads one file or key together', async () => {
    const kind = 'file_read,file_write,cache_read,cache_write';
    const page = Value.Parse(NodeGroupPage, await read(`node-groups?by=target&kind=${kind}`));
    const cart = page.items.find(({ key }) => key === 'shop.cart');
    expect(cart?.counts).toEqual({ cache_read: 1, cache_write: 2 });
    const detail = Value.Parse(NodeGroupDetail, await read(`node-group?by=target&kind=${kind}&key=shop.cart`));
    expect(detail.nodes).toHaveLength(3);
    expect(detail.nodes_total).toBe(3);
    expect(detail.workflows.length).toBeGreaterThan(0);
  });

  it('come in pages that together are the whole', async () => {
    const query = 'node-groups?by=component&kind=ui_page,ui_action';
    const whole = Value.Parse(NodeGroupPage, await read(query));
    const keys: string[] = [];
    for (let offset: number | null = 0; offset !== null;) {
      const page: NodeGroupPage = Value.Parse(NodeGroupPage, await read(`${query}&limit=2&offset=${offset}`));
      keys.push(...page.items.map(({ key }) => key));
      offset = page.next_offset;
    }
    expect(keys).toEqual(whole.items.map(({ key }) => key));
    expect(whole.items.find(({ key }) => key === 'CheckoutComponent')?.routes).toEqual(['checkout']);
  });
});

describe('the entity diagram', () => {
  it('has the table asked for and those around it, nearest first', async () => {
    const around = Value.Parse(EntityDiagram, await read('entity-diagram?table=shop_orders&limit=2'));
    expect(around.tables.map(({ table }) => table)[0]).toBe('shop_orders');
    expect(around.tables).toHaveLength(2);
    expect(around.total).toBeGreaterThan(2);
    const whole = Value.Parse(EntityDiagram, await read('entity-diagram'));
    expect(whole.tables).toHaveLength(6);
    const names = new Set(whole.tables.map(({ table }) => table));
    expect(whole.relations.length).toBeGreaterThan(3);
    expect(whole.relations.every(({ source, target }) => names.has(source) && names.has(target))).toBe(true);
  });
});

describe('the overview', () => {
  it('counts the tables by use and the endpoints without caller as their lists do', async () => {
    const overview = Value.Parse(ScanOverview, await read('overview'));
    const unused = Value.Parse(TablePage, await read('tables?kind=unused'));
    const neverWritten = Value.Parse(TablePage, await read('tables?kind=never_written'));
    expect(overview.unused_tables).toMatchObject({ unused: unused.total, never_written: neverWritten.total });
    const uncalled = Value.Parse(EndpointPage, await read('endpoints?kind=no_caller,no_caller_no_handler'));
    expect(overview.orphan_endpoints?.no_caller).toBe(uncalled.total);
    expect(uncalled.total).toBeGreaterThan(0);
    expect(uncalled.items.every(({ callers }) => callers.length === 0)).toBe(true);
  });
});
