import { Value } from 'typebox/value';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComparisonItem, type Difference, FAIL_RULE_NAMES, ScanComparison } from '#protocol/compare.ts';
import type { ScanResult, Workflow } from '#protocol/graph.ts';
import { compareResults } from '../../server/compare/compareResults.ts';
import type { Comparison } from '../../server/compare/comparison.ts';
import { failedRules } from '../../server/compare/failRules.ts';
import { MemoryResult } from '../../server/exports/memoryResult.ts';
import { edge, graphResult, largeResult, node } from '../support/graphResult.ts';
import { asRecord, TestServer } from './support/testServer.ts';
import { SHOP_FILES, TempFolder } from './support/tempFolder.ts';

function compare(a: ScanResult, b: ScanResult): Promise<Comparison> {
  return compareResults(new MemoryResult(a), new MemoryResult(b));
}

/** Any result of a few endpoints, callers, operations and tables that refer to each other at random. */
const anyResult: fc.Arbitrary<ScanResult> = fc
  .record({
    endpoints: fc.subarray(['e1', 'e2', 'e3']),
    operations: fc.subarray(['read1', 'read2', 'write1', 'write2']),
    tables: fc.subarray(['Orders', 'Customers', 'Audit']),
    performed: fc.array(fc.tuple(fc.nat(2), fc.nat(3)), { maxLength: 6 }),
    accessed: fc.array(fc.tuple(fc.nat(3), fc.nat(2)), { maxLength: 6 }),
    called: fc.subarray(['e1', 'e2', 'e3']),
    unresolved: fc.subarray(['e1', 'read1', 'write1']),
    confidence: fc.constantFrom('certain' as const, 'likely' as const),
    columns: fc.subarray(['Id', 'Name', 'Total']),
    file: fc.constantFrom('a.ts', 'b.ts'),
  })
  .map((choice) => {
    const { endpoints, operations, tables, confidence } = choice;
    const nodes = [
      ...endpoints.map((id) => node(id, 'api_endpoint', { method: 'GET', target: `/${id}`, file: choice.file })),
      ...choice.called.map((id) => node(`c-${id}`, 'api_call', { target: `/${id}` })),
      ...operations.map((id) => node(id, id.startsWith('w') ? 'database_write' : 'database_read', { confidence })),
      ...tables.map((name) => node(`t-${name}`, 'table', { name })),
    ];
    const known = new Set(nodes.map(({ id }) => id));
    const edges = [
      ...choice.performed.map(([e, o]) =>
        edge(`e${e + 1}`, ['read1', 'read2', 'write1', 'write2'][o] ?? '', 'performs'),
      ),
      ...choice.accessed.map(([o, t]) =>
        edge(['read1', 'read2', 'write1', 'write2'][o] ?? '', `t-${['Orders', 'Customers', 'Audit'][t]}`, 'accesses'),
      ),
      ...choice.called.map((id) => edge(`c-${id}`, id, 'requests')),
    ].filter(({ source, target }) => known.has(source) && known.has(target));
    const workflows = endpoints.map((entry): Workflow => {
      const performed = edges.flatMap((item, index) =>
        item.source === entry ? [{ node: item.target, edge: index }] : [],
      );
      return {
        id: entry,
        name: entry,
        entry,
        steps: [{ node: entry }, ...performed],
        reads: tables.slice(0, 1),
        writes: tables.slice(1),
        confidence,
        story: '',
      };
    });
    const schemas = tables.map((table) => ({
      entity: table,
      table,
      root: 'app',
      file: 'model.ts',
      line: 1,
      columns: choice.columns.map((name) => ({ name })),
      relations: [],
      migrations: [],
    }));
    const unresolved = choice.unresolved
      .filter((id) => known.has(id))
      .map((id) => ({ node: id, reason: 'no_caller_found' as const, detail: '' }));
    return graphResult({ nodes, edges, workflows, schemas, unresolved });
  });

/** A comparison as it is seen from the other side: what was added was removed. */
function mirrored(items: ComparisonItem[]): string[] {
  const opposite = { added: 'removed', removed: 'added', changed: 'changed' } as const;
  const flip = ({ aspect, added, removed, added_total, removed_total }: Difference): Difference => ({
    aspect,
    added: removed,
    removed: added,
    added_total: removed_total,
    removed_total: added_total,
  });
  return items.map((item) =>
    comparable({ ...item, change: opposite[item.change], differences: item.differences.map(flip) }),
  );
}

/** What does not depend on the side from which the place of a changed item is taken. */
function comparable({ section, change, name, differences }: ComparisonItem): string {
  return JSON.stringify([section, change, name, differences]);
}

describe('a comparison', () => {
  it('of a result with itself is empty', async () => {
    await fc.assert(
      fc.asyncProperty(anyResult, async (result) => {
        expect((await compare(result, structuredClone(result))).items).toEqual([]);
      }),
    );
  });

  it('from the other side has the same items, added for removed', async () => {
    await fc.assert(
      fc.asyncProperty(anyResult, anyResult, async (a, b) => {
        const [forth, back] = [await compare(a, b), await compare(b, a)];
        expect(back.items.map(comparable).toSorted()).toEqual(mirrored(forth.items).toSorted());
        for (const [section, counts] of Object.entries(forth.totals)) {
          const { added, removed, changed } = counts;
          expect(back.totals).toMatchObject({ [section]: { added: removed, removed: added, changed } });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says which table a workflow writes now, and through which operation', async () => {
    const base = largeResult(2);
    const next = structuredClone(base);
    next.nodes.push(node('extra', 'database_write', { file: 'src/audit.ts' }));
    next.edges.push(edge('f0', 'extra', 'performs'), edge('extra', 't7', 'accesses'));
    next.workflows[0]?.steps.push({ node: 'extra', edge: next.edges.length - 2 });
    next.workflows[0]?.writes.push('Table7');
    const comparison = await compare(base, next);
    const workflow = comparison.items.find((item) => item.section === 'workflows');
    expect(workflow).toMatchObject({
      change: 'changed',
      id: 'a0',
      differences: [
        { aspect: 'writes', added: ['Table7'], removed: [] },
        { aspect: 'operations', added: ['extra (src/audit.ts)'] },
      ],
    });
    const table = comparison.items.find((item) => item.section === 'tables');
    expect(table).toMatchObject({
      id: 'Table7',
      differences: [{ aspect: 'writers', added: ['extra (src/audit.ts)'] }],
    });
    const rules = failedRules(comparison, FAIL_RULE_NAMES).map(({ rule }) => rule);
    expect(rules).toEqual(['new-table-write', 'changed-workflow', 'any']);
  });

  it('does not take an endpoint that moved to another file for a removed one', async () => {
    const place = { method: 'GET', target: '/orders', name: 'GET /orders' };
    const a = graphResult({ nodes: [node('old', 'api_endpoint', { ...place, file: 'old.cs' })] });
    const b = graphResult({ nodes: [node('new', 'api_endpoint', { ...place, file: 'new.cs' })] });
    const { items } = await compare(a, b);
    expect(items.filter((item) => item.section === 'endpoints')).toMatchObject([
      { change: 'changed', differences: [{ aspect: 'place', added: ['new.cs'], removed: ['old.cs'] }] },
    ]);
    expect(failedRules({ ...(await compare(a, b)) }, ['removed-endpoint', 'new-endpoint'])).toEqual([]);
  });

  it('finds the same nodes in a folder that was scanned under another name', async () => {
    const named = (root: string, prefix: string): ScanResult => {
      const result = graphResult({ roots: [{ name: root, path: `/work/${root}` }] });
      for (const [index, kind] of (['api_endpoint', 'api_endpoint', 'database_read'] as const).entries()) {
        result.nodes.push(node(`${prefix}${index}`, kind, { root, target: 'same', name: 'same' }));
      }
      return result;
    };
    expect((await compare(named('main', 'x'), named('branch', 'y'))).items).toEqual([]);
    const fewer = named('branch', 'y');
    fewer.nodes.pop();
    expect((await compare(named('main', 'x'), fewer)).totals.nodes).toEqual({ added: 0, removed: 1, changed: 0 });
  });
});

describe('GET /scans/{a}/compare/{b}', () => {
  const shop = new TempFolder();
  let server: TestServer;
  let before: string;
  let after: string;

  beforeAll(async () => {
    shop.write(SHOP_FILES);
    server = await TestServer.start({ roots: [shop.path] });
    before = await server.scan(shop.path);
    await server.ended(before);
    shop.write({
      'web/orders.ts': `\n\n${SHOP_FILES['web/orders.ts']}export const removeOrder = (id: number) =>
  fetch('/api/orders/' + id, { method: 'DELETE' });\n`,
      'api/OrdersController.cs': String(SHOP_FILES['api/OrdersController.cs']).replace(
        /\[HttpGet\][^[]*/,
        '[HttpGet("count")]\n    public async Task<int> Count() => await _context.Orders.CountAsync();\n    ',
      ),
    });
    after = await server.scan(shop.path);
    await server.ended(after);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    shop[Symbol.dispose]();
  });

  async function compared(query = ''): Promise<ScanComparison> {
    return Value.Parse(ScanComparison, await server.json(`/scans/${before}/compare/${after}${query}`));
  }

  it('says what was added, removed and changed, and leaves out what only moved', async () => {
    const { items, a, b } = await compared('?section=endpoints');
    expect([a.scan_id, b.scan_id]).toEqual([before, after]);
    expect(items.map((item) => [item.change, item.name])).toEqual([
      ['added', 'GET /api/orders/count'],
      ['removed', 'GET /api/orders'],
      ['changed', 'DELETE /api/orders/{id}'],
    ]);
    expect(items[2]?.differences).toMatchObject([
      { aspect: 'callers', added: [expect.stringContaining('web/orders.ts')] },
    ]);
    const same = await server.json(`/scans/${after}/compare/${after}`);
    expect(same).toMatchObject({ total: 0, items: [], totals: { nodes: { added: 0, removed: 0, changed: 0 } } });
  });

  it('pages through all items once, and filters them', async () => {
    const all = await compared('?limit=1000');
    const paged: ComparisonItem[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: ScanComparison = await compared(`?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.total).toBe(all.total);
      paged.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(all.items);
    const removed = await compared('?section=nodes&change=removed&q=ORDERS');
    expect(removed.items.length).toBeGreaterThan(0);
    for (const item of removed.items) expect(item).toMatchObject({ section: 'nodes', change: 'removed' });
    expect(removed.totals).toEqual(all.totals);
  });

  it('refuses unknown scans, foreign cursors and unknown sections', async () => {
    const status = async (path: string): Promise<unknown[]> => {
      const response = await server.request(path);
      return [response.status, asRecord(await response.json())['field']];
    };
    expect(await status(`/scans/${before}/compare/nothing`)).toEqual([404, undefined]);
    expect(await status(`/scans/${before}/compare/${after}?cursor=abc`)).toEqual([400, 'cursor']);
    expect(await status(`/scans/${before}/compare/${after}?section=colours`)).toEqual([400, 'section']);
    const { next_cursor } = await compared('?limit=1');
    expect(await status(`/scans/${before}/compare/${after}?q=x&cursor=${next_cursor}`)).toEqual([400, 'cursor']);
  });
});
