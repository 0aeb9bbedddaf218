import { readFileSync } from 'node:fs';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { Validator } from '@seriousme/openapi-schema-validator';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import MarkdownIt, { type Token } from 'markdown-it';
import { type DefaultTreeAdapterTypes, parse as parseHtml } from 'parse5';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORT_FILES, EXPORT_FORMATS, type ExportFormat, MERMAID_LIMITS } from '#protocol/exports.ts';
import { ScanResult } from '#protocol/graph.ts';
import { oneLine } from '../../server/exports/escape.ts';
import { openExport } from '../../server/exports/exports.ts';
import { MemoryResult } from '../../server/exports/memoryResult.ts';
import { edge, graphResult, largeResult, node, resultNamed } from '../support/graphResult.ts';
import { HOSTILE_NAMES, hostileName } from '../support/hostileNames.ts';
import { asRecord, TestServer } from './support/testServer.ts';
import { SHOP_FILES, TempFolder } from './support/tempFolder.ts';

const SARIF_SCHEMA = new URL('../fixtures/sarif-2.1.0-rtm.5.schema.json', import.meta.url);

async function exported(format: ExportFormat, result: ScanResult): Promise<string> {
  const { text } = await openExport(format, new MemoryResult(result));
  let whole = '';
  for await (const piece of text) whole += piece;
  return whole;
}

const checkSarif = addFormats
  .default(new AjvDraft04.default({ strict: false, unicodeRegExp: false }))
  .compile(JSON.parse(readFileSync(SARIF_SCHEMA, 'utf8')));

interface SarifResult {
  ruleId: string;
  locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
}

/** Errors of a text as SARIF 2.1.0. */
function sarifErrors(text: string): unknown {
  return checkSarif(JSON.parse(text)) ? [] : checkSarif.errors;
}

async function openapiErrors(text: string): Promise<unknown> {
  const outcome = await new Validator().validate(JSON.parse(text));
  return outcome.valid ? [] : outcome.errors;
}

function csvRows(text: string): Record<string, string>[] {
  return parseCsv(text, { columns: true });
}

type HtmlNode = DefaultTreeAdapterTypes.ChildNode;

/** Names of all elements, names of all attributes, and the text outside of the style. */
function htmlParts(text: string): { elements: Set<string>; attributes: Set<string>; text: string } {
  const parts = { elements: new Set<string>(), attributes: new Set<string>(), text: '' };
  const visit = (children: HtmlNode[]): void => {
    for (const child of children) {
      if (child.nodeName === '#text' && 'value' in child) parts.text += child.value;
      if (!('tagName' in child)) continue;
      parts.elements.add(child.tagName);
      for (const { name } of child.attrs) parts.attributes.add(name);
      if (child.tagName !== 'style') visit(child.childNodes);
    }
  };
  visit(parseHtml(text).childNodes);
  return parts;
}

const graphviz = await Graphviz.load();

const shop = new TempFolder();
let server: TestServer;
let scanId: string;

beforeAll(async () => {
  shop.write({
    ...SHOP_FILES,
    'web/=cmd"><img src=x>.ts': `export const ping = () => fetch('https://user:hunter2hunter2@payments.invalid/charge');\n`,
  });
  server = await TestServer.start({ roots: [shop.path] });
  scanId = await server.scan(shop.path);
  await server.ended(scanId);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  shop[Symbol.dispose]();
});

async function download(format: ExportFormat): Promise<string> {
  const response = await server.request(`/scan/${scanId}/export?format=${format}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(`${EXPORT_FILES[format].mediaType}; charset=utf-8`);
  expect(response.headers.get('content-disposition')).toContain(`.${EXPORT_FILES[format].extension}"`);
  return response.text();
}

describe('the export of a scan', () => {
  it.each(EXPORT_FORMATS)('names no folder of this machine and no secret as %s', async (format) => {
    const text = await download(format);
    const shown = format === 'json' ? text.replace(/^"roots":.*$/m, '') : text;
    expect(shown).not.toContain(shop.path);
    expect(shown).not.toContain('hunter2hunter2');
    expect(shown.length).toBeGreaterThan(10);
  });

  it('is as JSON a result file', async () => {
    expect([...Value.Errors(ScanResult, JSON.parse(await download('json')))]).toEqual([]);
  });

  it('has as CSV a line a node', async () => {
    const { total } = await server.json(`/scan/${scanId}/results?limit=1`);
    const rows = csvRows(await download('csv'));
    expect(rows).toHaveLength(Number(total));
    expect(rows.map((row) => row['file'])).toContain('web/=cmd"><img src=x>.ts');
  });

  it('is valid SARIF with relative places that it escapes', async () => {
    const text = await download('sarif');
    expect(sarifErrors(text)).toEqual([]);
    const [run] = JSON.parse(text).runs;
    const uris: string[] = run.results.map(
      (result: SarifResult) => result.locations[0]!.physicalLocation.artifactLocation.uri,
    );
    expect(uris).toContain('web/%3Dcmd%22%3E%3Cimg%20src%3Dx%3E.ts');
    for (const uri of uris) expect(new URL(uri, 'file:///root/').href).toMatch(/^file:\/\/\/root\/(?:web|api)\//);
    expect(run.results.map((result: SarifResult) => result.ruleId)).toContain('workflow');
  });

  it('is a graph that Graphviz reads, with every node and edge', async () => {
    const result = JSON.parse(await download('json'));
    const drawn = JSON.parse(graphviz.layout(await download('dot'), 'dot_json', 'dot'));
    expect(drawn.objects).toHaveLength(result.nodes.length);
    expect(drawn.edges).toHaveLength(result.edges.length);
  });

  it('is a valid OpenAPI document of its endpoints', async () => {
    const text = await download('openapi');
    expect(await openapiErrors(text)).toEqual([]);
    const document = JSON.parse(text);
    expect(Object.keys(document.paths)).toEqual(['/api/orders', '/api/orders/{id}']);
    expect(document.paths['/api/orders'].post['x-pinata'].sources).toMatchObject([{ writes: ['Orders'], callers: 1 }]);
  });

  it('is not there before the scan has ended or for an unknown format', async () => {
    const unknown = await server.request(`/scan/${scanId}/export?format=xls`);
    expect([unknown.status, asRecord(await unknown.json())['field']]).toEqual([400, 'format']);
    expect((await server.request('/scan/nothing/export?format=dot')).status).toBe(404);
  });
});

describe('names from code', () => {
  const runs = { numRuns: 200, examples: HOSTILE_NAMES.map((name): [string] => [name]) };

  it('stay one cell of CSV that no spreadsheet runs', async () => {
    await fc.assert(
      fc.asyncProperty(hostileName(), async (name) => {
        const rows = csvRows(await exported('csv', resultNamed(name)));
        expect(rows).toHaveLength(5);
        for (const row of rows) {
          const cell = row['name'] ?? '';
          expect(cell).not.toMatch(/^\s*[=+\-@\t\r]/);
          expect(cell.replace(/^'/, '')).toBe(name.toWellFormed().replaceAll('\0', '').replace(/^'/, ''));
        }
      }),
      runs,
    );
  });

  it('are text of HTML, never elements or attributes', async () => {
    const plain = htmlParts(await exported('html', resultNamed('plain')));
    await fc.assert(
      fc.asyncProperty(hostileName(), async (name) => {
        const parts = htmlParts(await exported('html', resultNamed(name)));
        expect(parts.elements).toEqual(plain.elements);
        expect(parts.attributes).toEqual(plain.attributes);
        expect(parts.text).toContain(oneLine(name));
      }),
      runs,
    );
  });

  it('are code or text of Markdown, never links, images, HTML or headings', async () => {
    const markdown = new MarkdownIt({ html: true, linkify: true });
    const shape = (text: string): string[] => {
      const types = new Set<string>();
      const visit = (tokens: Token[]): void => {
        for (const token of tokens) {
          types.add(`${token.type} ${token.tag}`);
          visit(token.children ?? []);
        }
      };
      visit(markdown.parse(text, {}));
      return [...types].toSorted();
    };
    const allowed = new Set([...shape(await exported('markdown', resultNamed('plain'))), 'text_special ']);
    await fc.assert(
      fc.asyncProperty(hostileName(), async (name) => {
        const text = await exported('markdown', resultNamed(name));
        expect(shape(text).filter((type) => !allowed.has(type))).toEqual([]);
        const clean = oneLine(name);
        const codes = markdown
          .parse(text, {})
          .flatMap((token) => token.children ?? [])
          .map((token) => token.content);
        if (clean !== '') expect(codes).toContain(clean);
      }),
      runs,
    );
  });

  it('are labels of DOT', async () => {
    await fc.assert(
      fc.asyncProperty(hostileName(), async (name) => {
        const text = await exported('dot', resultNamed(name));
        const drawn = JSON.parse(graphviz.layout(text, 'dot_json', 'nop'));
        expect(drawn.objects.map((object: { name: string }) => object.name)).toEqual([
          'click',
          'call',
          'endpoint',
          'write',
          'table',
        ]);
        expect(drawn.edges).toHaveLength(4);
      }),
      { ...runs, numRuns: 100 },
    );
  });

  it('leave SARIF and OpenAPI valid', async () => {
    await fc.assert(
      fc.asyncProperty(hostileName(), async (name) => {
        expect(sarifErrors(await exported('sarif', resultNamed(name)))).toEqual([]);
        expect(await openapiErrors(await exported('openapi', resultNamed(name)))).toEqual([]);
      }),
      { ...runs, numRuns: 60 },
    );
  });
});

describe('OpenAPI', () => {
  const endpoint = (id: string, method: string | undefined, target: string) =>
    node(id, 'api_endpoint', { target, name: target, symbol: `Api.Controller.${id}`, ...(method && { method }) });

  it('writes the routes of every framework as path templates', async () => {
    const nodes = [
      endpoint('A', 'GET', 'items/{id:int}/parts/{*rest}'),
      endpoint('B', 'PUT', '/items/:itemId'),
      endpoint('C', 'GET', 'api/[id]/files/*'),
      endpoint('D', 'GET', '/a/{x}/b/{x}'),
      endpoint('E', 'DELETE', '/items/{key:guid}'),
    ];
    const document = JSON.parse(await exported('openapi', graphResult({ nodes })));
    expect(Object.keys(document.paths)).toEqual([
      '/items/{id}/parts/{rest}',
      '/items/{itemId}',
      '/api/{id}/files/{rest}',
      '/a/{x}/b/{x_2}',
    ]);
    expect(document.paths['/items/{id}/parts/{rest}'].get.parameters[0].schema.type).toBe('integer');
    expect(Object.keys(document.paths['/items/{itemId}'])).toEqual(['put', 'delete']);
    expect(document.paths['/items/{itemId}'].delete.parameters).toMatchObject([
      { name: 'itemId', schema: { format: 'uuid' } },
    ]);
    expect(await openapiErrors(JSON.stringify(document))).toEqual([]);
  });

  it('lists what it has no words for, and several endpoints of one route as sources of one operation', async () => {
    const nodes = [
      endpoint('A', 'GET', '/x'),
      endpoint('B', 'GET', '/x'),
      endpoint('C', undefined, 'OrderService/Place'),
      endpoint('D', 'GET', 'https://elsewhere.invalid/x'),
    ];
    const document = JSON.parse(await exported('openapi', graphResult({ nodes })));
    expect(document.paths['/x'].get['x-pinata'].sources).toHaveLength(2);
    expect(document['x-pinata-other-endpoints']).toHaveLength(2);
    expect(await openapiErrors(JSON.stringify(document))).toEqual([]);
  });
});

describe('Mermaid diagrams', () => {
  /** The diagrams of a Markdown file, as a Markdown reader sees them. */
  function diagramsIn(text: string): string[] {
    return new MarkdownIt()
      .parse(text, {})
      .filter((token) => token.type === 'fence' && token.info === 'mermaid')
      .map((token) => token.content);
  }

  it.each(['mermaid', 'er'] as const)('are one file as %s where they fit into one', async (format) => {
    const file = await openExport(format, new MemoryResult(resultNamed('plain')));
    expect(file.extension).toBe('mmd');
    expect(await exported(format, graphResult({}))).toMatch(/^(?:flowchart LR|erDiagram)\n$/);
  });

  it('stay below 500 edges and 50,000 characters each and leave out no edge', async () => {
    const result = largeResult(3000);
    result.edges.push(edge('a0', 'a1', 'navigates', { confidence: 'possible' }));
    const file = await openExport('mermaid', new MemoryResult(result));
    expect(file).toMatchObject({ extension: 'md', mediaType: 'text/markdown' });
    const diagrams = diagramsIn(await exported('mermaid', result));
    const edges = diagrams.map((diagram) => diagram.split('\n').filter((line) => /-->|-\.->/.test(line)).length);
    expect(Math.max(...edges)).toBeLessThan(500);
    expect(Math.max(...diagrams.map((diagram) => diagram.length))).toBeLessThan(50_000);
    expect(edges.reduce((sum, count) => sum + count, 0)).toBe(result.edges.length);
    // Diagrams are not cut finer than they have to be.
    expect(diagrams.length).toBeLessThan(2 * Math.ceil(result.edges.length / MERMAID_LIMITS.edges) + 2);
  });

  it('declare every node they draw, in the diagram that draws it', async () => {
    for (const diagram of diagramsIn(await exported('mermaid', largeResult(1200)))) {
      const declared = new Set([...diagram.matchAll(/^ {2}(n\d+)[[({]/gm)].map((match) => match[1]));
      const drawn = [...diagram.matchAll(/^ {2}(n\d+) -\S+ (n\d+)$/gm)].flatMap((match) => [match[1], match[2]]);
      expect(drawn.filter((id) => !declared.has(id))).toEqual([]);
    }
  });
});
