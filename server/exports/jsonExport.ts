import { RESULT_FORMAT } from '#protocol/graph.ts';
import { PRODUCT_VERSION } from '#protocol/version.ts';
import type { ResultReader, ResultSection } from '../store/resultReader.ts';

/** The result file (`ScanResult`), one line an item. */
export async function* jsonExport(result: ResultReader): AsyncIterable<string> {
  const { head } = result;
  yield `{"format":${JSON.stringify(RESULT_FORMAT)},`;
  yield `"tool":${JSON.stringify({ name: 'pinata', version: PRODUCT_VERSION })},\n`;
  yield `"scan":${JSON.stringify(head.scan)},\n"roots":${JSON.stringify(head.roots)},\n`;
  yield `"files":{"found":${head.files.found},"scanned":${head.files.scanned},`;
  yield* list(result, 'skipped');
  yield ',';
  yield* list(result, 'failed');
  yield '}';
  for (const section of ['nodes', 'edges', 'workflows', 'schemas', 'unresolved'] as const) {
    yield ',\n';
    yield* list(result, section);
  }
  if (head.suppressed.length > 0) yield `,\n"suppressed":${JSON.stringify(head.suppressed)}`;
  if (head.notices.length > 0) yield `,\n"notices":${JSON.stringify(head.notices)}`;
  yield '}\n';
}

async function* list(result: ResultReader, section: ResultSection): AsyncIterable<string> {
  yield `"${section}":[`;
  let separator = '\n';
  for await (const texts of result.texts(section)) {
    yield separator + texts.join(',\n');
    separator = ',\n';
  }
  yield ']';
}
