import type { ResultReader } from '../store/resultReader.ts';
import { markdownCode, markdownText } from './escape.ts';
import { kindLabel, placeOf, REASON_TEXT } from './labels.ts';

/** A report of the whole result in GitHub-flavoured Markdown. */
export async function* markdownExport(result: ResultReader): AsyncIterable<string> {
  const { files, roots } = result.head;
  const names = roots.map((root) => markdownCode(root.name)).join(', ');
  yield `# What ${names} does with data\n\n`;
  yield `${files.scanned} of ${files.found} files were scanned.\n\n`;
  yield* endpoints(result);
  yield* tables(result);
  yield* workflows(result);
  yield* unresolved(result);
  yield* failed(result);
}

async function* endpoints(result: ResultReader): AsyncIterable<string> {
  yield table('Endpoints', ['Endpoint', 'Place', 'Callers', 'Reads', 'Writes']);
  for await (const items of result.items('endpoints')) {
    for (const { node: id, callers, reads, writes } of items) {
      const node = result.node(id);
      if (!node) continue;
      yield row([
        markdownCode(node.name),
        markdownCode(placeOf(node)),
        String(callers.length),
        codes(reads),
        codes(writes),
      ]);
    }
  }
  yield '\n';
}

async function* tables(result: ResultReader): AsyncIterable<string> {
  yield table('Tables', ['Table', 'Entity', 'Columns', 'Readers', 'Writers']);
  for await (const items of result.items('tables')) {
    for (const { table: name, schema, readers_total, writers_total } of items) {
      const entity = schema ? markdownCode(schema.entity) : '';
      const columns = codes(schema?.columns.map((column) => column.name) ?? []);
      yield row([markdownCode(name), entity, columns, String(readers_total), String(writers_total)]);
    }
  }
  yield '\n';
}

async function* workflows(result: ResultReader): AsyncIterable<string> {
  yield '## Workflows\n\n';
  for await (const items of result.items('workflows')) {
    for (const { name, story, steps, confidence } of items) {
      yield `### ${markdownCode(name)}\n\n${markdownText(story)}\n\nConfidence: ${confidence}\n\n`;
      for (const step of steps) {
        const node = result.node(step.node);
        if (node) yield `1. ${kindLabel(node.kind)} ${markdownCode(node.name)} at ${markdownCode(placeOf(node))}\n`;
      }
      yield '\n';
    }
  }
}

async function* unresolved(result: ResultReader): AsyncIterable<string> {
  yield table('Not joined to anything', ['Operation', 'Place', 'Why']);
  for await (const items of result.items('unresolved')) {
    for (const { node: id, reason, detail } of items) {
      const node = result.node(id);
      if (!node) continue;
      yield row([markdownCode(node.name), markdownCode(placeOf(node)), markdownText(detail || REASON_TEXT[reason])]);
    }
  }
  yield '\n';
}

async function* failed(result: ResultReader): AsyncIterable<string> {
  yield table('Files that could not be read', ['File', 'Why']);
  for await (const items of result.items('failed')) {
    for (const { path, reason } of items) yield row([markdownCode(path), markdownText(reason)]);
  }
}

function table(title: string, columns: string[]): string {
  return `## ${title}\n\n${row(columns)}${row(columns.map(() => '---'))}`;
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

function codes(names: string[]): string {
  return names.map((name) => markdownCode(name)).join(', ');
}
