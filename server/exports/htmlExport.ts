import { createHash } from 'node:crypto';
import type { GraphNode } from '#protocol/graph.ts';
import type { ResultReader } from '../store/resultReader.ts';
import { htmlText } from './escape.ts';
import { kindLabel, placeOf, REASON_TEXT } from './labels.ts';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886; }
td.number { text-align: end; }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
details { border-bottom: 1px solid #8886; padding: .25rem 0; content-visibility: auto; contain-intrinsic-size: auto 2rem; }
summary { cursor: pointer; }
.place, .kind { opacity: .75; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** A report in one file: no script, nothing loaded from anywhere, text only of what comes from code. */
export async function* htmlExport(result: ResultReader): AsyncIterable<string> {
  const { files, roots } = result.head;
  const names = roots.map((root) => htmlText(root.name)).join(', ');
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${htmlText(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Pinata: ${names}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>What ${names} does with data</h1>
<p>${files.scanned} of ${files.found} files were scanned.</p>
<nav><a href="#workflows">Workflows</a> · <a href="#endpoints">Endpoints</a> · <a href="#tables">Tables</a> ·
<a href="#unresolved">Not joined to anything</a> · <a href="#failed">Files that could not be read</a></nav>
<main>
`;
  yield* workflows(result);
  yield* endpoints(result);
  yield* tables(result);
  yield* unresolved(result);
  yield* failed(result);
  yield '</main>\n</body>\n</html>\n';
}

async function* workflows(result: ResultReader): AsyncIterable<string> {
  yield '<h2 id="workflows">Workflows</h2>\n';
  for await (const items of result.items('workflows')) {
    for (const { name, story, steps, confidence } of items) {
      yield `<details><summary>${htmlText(name)} <span class="kind">(${confidence})</span></summary>\n`;
      yield `<p>${htmlText(story)}</p>\n<ol>\n`;
      for (const step of steps) {
        const node = result.node(step.node);
        if (node) yield stepItem(node);
      }
      yield '</ol></details>\n';
    }
  }
}

function stepItem(node: GraphNode): string {
  const snippet = node.snippet === undefined ? '' : `<br><code>${htmlText(node.snippet)}</code>`;
  const kind = `<span class="kind">${htmlText(kindLabel(node.kind))}</span>`;
  return `<li>${kind} ${htmlText(node.name)} <span class="place">${htmlText(placeOf(node))}</span>${snippet}</li>\n`;
}

async function* endpoints(result: ResultReader): AsyncIterable<string> {
  yield tableStart('endpoints', 'Endpoints', ['Endpoint', 'Place', 'Callers', 'Reads', 'Writes']);
  for await (const items of result.items('endpoints')) {
    for (const { node: id, callers, reads, writes } of items) {
      const node = result.node(id);
      if (node) yield row([node.name, placeOf(node), callers.length, reads.join(', '), writes.join(', ')]);
    }
  }
  yield TABLE_END;
}

async function* tables(result: ResultReader): AsyncIterable<string> {
  yield tableStart('tables', 'Tables', ['Table', 'Entity', 'Columns', 'Readers', 'Writers']);
  for await (const items of result.items('tables')) {
    for (const { table, schema, readers_total, writers_total } of items) {
      const columns = schema?.columns.map((column) => column.name).join(', ') ?? '';
      yield row([table, schema?.entity ?? '', columns, readers_total, writers_total]);
    }
  }
  yield TABLE_END;
}

async function* unresolved(result: ResultReader): AsyncIterable<string> {
  yield tableStart('unresolved', 'Not joined to anything', ['Operation', 'Place', 'Why']);
  for await (const items of result.items('unresolved')) {
    for (const { node: id, reason, detail } of items) {
      const node = result.node(id);
      if (node) yield row([node.name, placeOf(node), detail || REASON_TEXT[reason]]);
    }
  }
  yield TABLE_END;
}

async function* failed(result: ResultReader): AsyncIterable<string> {
  yield tableStart('failed', 'Files that could not be read', ['File', 'Why']);
  for await (const items of result.items('failed')) for (const { path, reason } of items) yield row([path, reason]);
  yield TABLE_END;
}

const TABLE_END = '</tbody></table>\n';

function tableStart(id: string, title: string, columns: string[]): string {
  const heads = columns.map((column) => `<th scope="col">${column}</th>`).join('');
  return `<h2 id="${id}">${title}</h2>\n<table><thead><tr>${heads}</tr></thead><tbody>\n`;
}

function row(cells: (string | number)[]): string {
  const texts = cells.map((cell) =>
    typeof cell === 'number' ? `<td class="number">${cell}</td>` : `<td>${htmlText(cell)}</td>`,
  );
  return `<tr>${texts.join('')}</tr>\n`;
}
